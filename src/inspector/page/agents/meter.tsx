import type { ComponentChildren } from 'preact'

interface MeterOptions {
  readonly used: number
  /** 0 is no limit. */
  readonly most?: number | undefined
  /** Whether to reach the limit is nothing to worry about. */
  readonly isPlain?: boolean
}

const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** How much is used of a limit, as a bar with its numbers; without a limit the number alone. */
export function Meter({ used, most = 0, isPlain = false }: MeterOptions): ComponentChildren {
  const share = most > 0 ? used / most : 0
  const state = isPlain || share < 0.8 ? '' : share < 1 ? 'stalled' : 'failed'
  return (
    <span class="meter" title={`${inFull(used)}${most > 0 ? ` of ${inFull(most)}` : ''}`}>
      {most > 0 && (
        <progress
          value={Math.min(1, share)}
          style={state === '' ? '' : `accent-color: var(--state-${state})`}
          aria-hidden="true"
        />
      )}
      {shown(used)}
      {most > 0 && <span class="soft">/ {shown(most)}</span>}
    </span>
  )
}

function inFull(count: number): string {
  return count.toLocaleString('en')
}

function shown(count: number): string {
  return count < 10_000 ? inFull(count) : short.format(count)
}
