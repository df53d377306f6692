import type { ComponentChildren } from 'preact'
import { useSignal } from '../state/signals.ts'

interface FewOptions<One> {
  readonly of: readonly One[]
  /** How many are shown at first. */
  readonly most: number
  /** Shows the last ones, not the first ones. */
  readonly isFromEnd?: boolean
  /** What the others are called: `12 more`. */
  readonly others?: string
  /** Puts the button for more into what the list may hold. */
  readonly within?: (button: ComponentChildren) => ComponentChildren
  readonly children: (one: One, place: number) => ComponentChildren
}

/** A list of which only some are shown at first, and more whenever somebody asks for them. */
export function Few<One>({
  of,
  most,
  isFromEnd = false,
  others = 'more',
  within = (button) => button,
  children,
}: FewOptions<One>): ComponentChildren {
  const count = useSignal(most)
  const left = of.length - count.value
  const button =
    left > 0 &&
    within(
      <button
        type="button"
        class="plain soft"
        onClick={() => {
          count.value += 500
        }}
      >
        {left} {others}
      </button>,
    )
  const shown = isFromEnd ? of.slice(-count.value) : of.slice(0, count.value)
  return (
    <>
      {isFromEnd && button}
      {shown.map(children)}
      {!isFromEnd && button}
    </>
  )
}
