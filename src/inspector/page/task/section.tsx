import type { ComponentChildren } from 'preact'

interface SectionOptions {
  readonly title: string
  /** A number beside the title. */
  readonly count?: number | undefined
  /** Whether it is open before somebody opens or closes it. @default true */
  readonly isOpen?: boolean
  readonly children: ComponentChildren
}

/** A part of a panel that can be closed. */
export function Section({ title, count, isOpen = true, children }: SectionOptions): ComponentChildren {
  return (
    <details class="section" open={isOpen}>
      <summary>
        <h3>
          {title}
          {count !== undefined && <span class="soft"> {count}</span>}
        </h3>
      </summary>
      <div class="section-body">{children}</div>
    </details>
  )
}
