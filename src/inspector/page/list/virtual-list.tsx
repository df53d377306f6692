import type { ComponentChildren } from 'preact'
import { bringIntoView, placeAfter, useWindow } from './window.ts'
import { useEffect } from '../state/signals.ts'

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
  const { label, count, rowHeight, selected, followsEnd, onSelect, row } = props
  const { frame, height, first, last, onScroll } = useWindow(count, rowHeight)
  useEffect(() => {
    const shown = frame.current!
    // A little of what comes before and after it is to be seen, too.
    if (selected >= 0) {
      bringIntoView(shown, selected * rowHeight, rowHeight, { above: 2 * rowHeight, below: 2 * rowHeight })
    } else if (followsEnd) shown.scrollTop = shown.scrollHeight
  }, [selected, followsEnd, count, height])
  return (
    <div
      class="list"
      ref={frame}
      role="listbox"
      aria-label={label}
      aria-activedescendant={selected >= first && selected < last ? `${label}-${selected}` : undefined}
      tabIndex={0}
      data-count={count}
      onScroll={onScroll}
      onKeyDown={(event) => {
        const page = Math.max(1, Math.floor(height / rowHeight) - 1)
        const place = placeAfter(event, selected === -1 ? count : selected, count, page)
        if (place === undefined) return
        onSelect(place)
        event.preventDefault()
      }}
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
              onClick={() => onSelect(place)}
            >
              {row(place, place === selected)}
            </div>
          )
        })}
      </div>
    </div>
  )
}
