import { type Signal, signal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import { selectedTask } from '../state/shown.ts'

/** What a list is narrowed down to. */
export interface ListFilter {
  readonly text: Signal<string>
  /** True where it shows what is about the selected task alone. */
  readonly isOfTask: Signal<boolean>
}

export function newFilter(): ListFilter {
  return { text: signal(''), isOfTask: signal(false) }
}

/** The words to look for, in lower case. */
export function wordsIn({ text }: ListFilter): readonly string[] {
  return text.value
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** The task that the list is narrowed down to, if it is. */
export function taskIn({ isOfTask }: ListFilter): string | undefined {
  return isOfTask.value ? selectedTask.value : undefined
}

/** The bar above a list, which narrows it down and says how much of it is left. `what` is what it lists. */
export function FilterBar({
  what,
  filter: { text, isOfTask },
  status,
  children,
}: {
  readonly what: string
  readonly filter: ListFilter
  readonly status: string
  readonly children: ComponentChildren
}): ComponentChildren {
  const task = selectedTask.value
  return (
    <div class="bar" role="toolbar" aria-label={`Filter of ${what}`}>
      <input
        type="search"
        class="filter"
        placeholder={`Filter ${what}`}
        aria-label={`Filter ${what} by text`}
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value
        }}
      />
      {task !== undefined && (
        <button
          type="button"
          aria-pressed={isOfTask.value}
          onClick={() => {
            isOfTask.value = !isOfTask.value
          }}
        >
          only {task}
        </button>
      )}
      <span class="soft" role="status">
        {status}
      </span>
      {children}
    </div>
  )
}
