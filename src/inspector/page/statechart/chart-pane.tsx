import { useEffect, useRef, useSignal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import type { StateModel } from '../../protocol.ts'
import { watchSize } from '../list/watch-size.ts'
import type { Measure } from './box.ts'
import { withAncestors } from './chart.ts'
import { ChartSvg } from './chart-svg.tsx'
import { type ChartLayout, layoutOf } from './layout.ts'
import { type ActorLook, shownActor } from './shown-actor.ts'

/** The smallest that a chart is drawn before its states stand below each other. */
const leastScale = 0.72

const layouts = new WeakMap<StateModel, { wide: ChartLayout; narrow?: ChartLayout }>()

const pen = document.createElement('canvas').getContext('2d')

const measure: Measure = (text, isTitle) => {
  if (pen === null) return text.length * 6.5
  // The transition that was taken last is as bold as a title.
  pen.font = `600 ${isTitle ? 12 : 11}px ${getComputedStyle(document.body).fontFamily}`
  return pen.measureText(text).width
}

function layoutFor(
  model: StateModel,
  width: number,
): { readonly layout: ChartLayout; readonly scale: number } {
  const known = layouts.get(model) ?? { wide: layoutOf(model, { measure, isStacked: false }) }
  layouts.set(model, known)
  const scale = Math.min(1, width / (known.wide.width + 2))
  if (scale >= leastScale) return { layout: known.wide, scale }
  const narrow = (known.narrow ??= layoutOf(model, { measure, isStacked: true }))
  return { layout: narrow, scale: Math.max(leastScale, Math.min(1, width / (narrow.width + 2))) }
}

/** The chart of the actor that is looked at, as large as there is room. */
export function ChartPane({
  look,
  root,
  isStill = false,
}: {
  readonly look: Pick<ActorLook, 'active' | 'taken'>
  readonly root: StateModel
  /** Whether it stays where it is when its state changes. */
  readonly isStill?: boolean
}): ComponentChildren {
  const frame = useRef<HTMLDivElement>()
  const width = useSignal(0)
  const focused = useSignal<string | undefined>(undefined)
  useEffect(() => {
    const shown = frame.current!
    return watchSize(shown, () => {
      const { paddingLeft, paddingRight } = getComputedStyle(shown)
      width.value = shown.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)
    })
  }, [])
  const activeKey = look.active.join(' ')
  useEffect(() => {
    if (isStill) return
    const active = [...frame.current!.querySelectorAll('.state[data-active]')].at(-1)
    active?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [activeKey, width.value])
  const { layout, scale } = layoutFor(root, width.value === 0 ? 1_000 : width.value)
  const active = new Set(look.active.flatMap((id) => withAncestors(layout.chart.states.get(id))))
  return (
    <div
      class="chart-pane"
      ref={frame}
      onClick={() => {
        focused.value = undefined
      }}
      onKeyDown={(event) => moveFocus(event, frame.current!)}
    >
      {width.value > 0 && (
        <ChartSvg
          layout={layout}
          scale={scale}
          active={active}
          taken={look.taken}
          isOwn={!shownActor.value.startsWith('actor/')}
          focused={focused.value}
          onFocus={(id) => {
            focused.value = id
          }}
        />
      )}
    </div>
  )
}

/** Arrows go from state to state. */
function moveFocus(event: KeyboardEvent, frame: HTMLElement): void {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
  if (step === undefined) return
  const states = [...frame.querySelectorAll<SVGGElement>('.state')]
  const place = states.indexOf(document.activeElement as unknown as SVGGElement)
  if (place === -1) return
  states[(place + step + states.length) % states.length]!.focus()
  event.preventDefault()
}
