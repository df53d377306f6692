import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Rows above and below what is seen, so that scrolling shows no gaps. */
const spare = 10

interface VirtualListProps {
  readonly label: string
  readonly count: number
  /** In pixels, as in the style sheet. */
  readonly rowHeight: number
  /** The place of the selected row; −1 for none. */
  readonly selected: number
  /** True while the end is to be seen, however long the list becomes. */
  readonly followsEnd: boolean
  readonly onSelect: (place: number) => void
  readonly row: (place: number, isSelected: boolean) => ComponentChildren
}

/** A list of which only the rows that are seen are in the page. Arrows, Page keys, Home and End move the selection. */
export function VirtualList(props: VirtualListProps): ComponentChildren {
  const { label, count, rowHeight, selected, followsEnd, row } = props
  const frame = useRef<HTMLDivElement>(null)
  const scrolled = useSignal(0)
  const height = useSignal(0)
  useEffect(() => {
    const shown = frame.current!
    const observer = new ResizeObserver(() => {
      height.value = shown.clientHeight
    })
    observer.observe(shown)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const shown = frame.current!
    if (selected >= 0) bringIntoView(shown, selected, rowHeight)
    else if (followsEnd) shown.scrollTop = shown.scrollHeight
  }, [selected, followsEnd, count, height.value])
  const first = Math.max(0, Math.min(count, Math.floor(scrolled.value / rowHeight)) - spare)
  const last = Math.min(count, Math.ceil((scrolled.value + height.value) / rowHeight) + spare)
  return (
    <div
      class="list"
      ref={frame}
      role="listbox"
      aria-label={label}
      aria-activedescendant={selected >= first && selected < last ? `${label}-${selected}` : undefined}
      tabIndex={0}
      data-count={count}
      onScroll={({ currentTarget }) => {
        scrolled.value = currentTarget.scrollTop
      }}
      onKeyDown={(event) => heed(event, props, height.peek())}
    >
      <div class="list-inside" style={{ height: `${count * rowHeight}px` }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, index) => {
          const place = first + index
          return (
            <div
              key={place}
              class="list-row"
              id={`${label}-${place}`}
              role="option"
              aria-selected={place === selected}
              aria-posinset={place + 1}
              aria-setsize={count}
              style={{ top: `${place * rowHeight}px`, height: `${rowHeight}px` }}
              onClick={() => props.onSelect(place)}
            >
              {row(place, place === selected)}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function heed(
  event: KeyboardEvent,
  { count, selected, rowHeight, onSelect }: VirtualListProps,
  height: number,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey || count === 0) return
  const page = Math.max(1, Math.floor(height / rowHeight) - 1)
  const from = selected === -1 ? count - 1 : selected
  const places: Readonly<Record<string, number>> = {
    ArrowDown: selected === -1 ? from : from + 1,
    ArrowUp: selected === -1 ? from : from - 1,
    PageDown: from + page,
    PageUp: from - page,
    Home: 0,
    End: count - 1,
  }
  const place = places[event.key]
  if (place === undefined) return
  onSelect(Math.max(0, Math.min(count - 1, place)))
  event.preventDefault()
}

function bringIntoView(frame: HTMLElement, place: number, rowHeight: number): void {
  const top = place * rowHeight
  const { scrollTop, clientHeight } = frame
  // A little of what comes before and after it is to be seen, too.
  if (top < scrollTop + rowHeight) frame.scrollTop = top - 2 * rowHeight
  else if (top > scrollTop + clientHeight - 2 * rowHeight)
    frame.scrollTop = top - clientHeight + 3 * rowHeight
}
