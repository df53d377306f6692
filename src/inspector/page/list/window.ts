import { hasModifier } from '../shell/heed-keys.ts'
import { useEffect, useRef, useSignal } from '../state/signals.ts'
import { watchSize } from './watch-size.ts'

/** Rows above and below what is seen, so that scrolling shows no gaps. */
const spare = 10

/** Which rows of a list are in the page: those from `first` on, before `last`. `rowHeight` is in pixels. */
export function useWindow(count: number, rowHeight: number) {
  const frame = useRef<HTMLDivElement>()
  const scrolled = useSignal(0)
  const height = useSignal(0)
  useEffect(() => {
    const shown = frame.current!
    return watchSize(shown, () => {
      height.value = shown.clientHeight
    })
  }, [])
  return {
    frame,
    height: height.value,
    onScroll: ({ currentTarget }: { readonly currentTarget: HTMLElement }) => {
      scrolled.value = currentTarget.scrollTop
    },
    first: Math.max(0, Math.min(count, Math.floor(scrolled.value / rowHeight)) - spare),
    last: Math.min(count, Math.ceil((scrolled.value + height.value) / rowHeight) + spare),
  }
}

/** The row that a key leads to from the selected one (−1: none), of those that move in a list; else undefined. */
export function placeAfter(
  event: KeyboardEvent,
  selected: number,
  count: number,
  page: number,
): number | undefined {
  if (hasModifier(event) || count === 0) return undefined
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: selected + 1,
    ArrowUp: selected - 1,
    PageDown: selected + page,
    PageUp: selected - page,
    Home: 0,
    End: count - 1,
  }
  const place = steps[event.key]
  return place === undefined ? undefined : Math.max(0, Math.min(count - 1, place))
}

/** Scrolls as little as needed to have a row in sight, with some room above and below it. In pixels. */
export function bringIntoView(
  frame: HTMLElement,
  top: number,
  height: number,
  room: { readonly above: number; readonly below: number },
): void {
  const { scrollTop, clientHeight } = frame
  const [from, to] = [top - room.above, top + height + room.below]
  if (from < scrollTop) frame.scrollTop = from
  else if (to > scrollTop + clientHeight) frame.scrollTop = to - clientHeight
}
