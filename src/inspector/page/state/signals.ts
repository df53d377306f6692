import { effect, type Signal, signal } from '@preact/signals-core'
import { withoutTurns } from '../without-turns.ts'
import { Component, type ComponentChildren, Fragment, type FunctionComponent, options } from 'preact'

export { batch, computed, effect, type Signal, signal } from '@preact/signals-core'

/** A component that is drawn by a function, and anew when a signal has changed that this has read. */
abstract class Drawn extends Component {
  /** What the function keeps from one time to the next, in the order in which it asks for it. */
  readonly kept: unknown[] = []
  readonly effects: Effect[] = []
  stopWatching: (() => void) | undefined

  abstract readonly draw: FunctionComponent

  override render(props: object): ComponentChildren {
    this.stopWatching?.()
    let drawn: ComponentChildren
    let isDrawn = false
    this.stopWatching = effect(() => {
      if (isDrawn) {
        this.setState({})
        return
      }
      begin(this)
      drawn = this.draw(props)
      isDrawn = true
    })
    return drawn
  }

  override componentDidMount(): void {
    this.componentDidUpdate()
  }

  override componentDidUpdate(): void {
    for (const one of this.effects) {
      if (!one.isDue) continue
      one.isDue = false
      one.end?.()
      one.end = one.act() ?? undefined
    }
  }

  override componentWillUnmount(): void {
    this.stopWatching?.()
    for (const { end } of this.effects) end?.()
  }
}

interface Effect {
  act: () => (() => void) | void
  on: readonly unknown[]
  isDue: boolean
  end: (() => void) | undefined
}

/** The component that is being drawn, and how much it has asked for so far. */
let drawing: Drawn
let asked = 0

function begin(component: Drawn): void {
  drawing = component
  asked = 0
}

/** What `make` has made when the component was drawn for the first time. To be called at each time, in the same order. */
function keep<T>(make: () => T): T {
  const { kept } = drawing
  const place = asked++
  if (place === kept.length) kept.push(make())
  return kept[place] as T
}

/** A signal of one component, for as long as that is shown. */
export function useSignal<T>(first: T): Signal<T> {
  return keep(() => signal(first))
}

/** Holds an element of the component while it is in the page. */
export function useRef<T>(first: T | null = null): { current: T | null } {
  return keep(() => ({ current: first }))
}

/**
 * Acts once the component is in the page, and again when one of `on` has changed since. What it returns ends that: it is
 * called before the next time, and when the component goes.
 */
export function useEffect(act: Effect['act'], on: readonly unknown[]): void {
  const { effects } = drawing
  const known = keep((): Effect => {
    const made = { act, on, isDue: true, end: undefined }
    effects.push(made)
    return made
  })
  known.act = act
  known.isDue ||= on.some((one, place) => !Object.is(one, known.on[place]))
  known.on = on
}

const components = new WeakMap<object, typeof Drawn | FunctionComponent>()

/** From now on every component that is a function is drawn as `Drawn`, and no text turns. */
export function drawFromSignals(): void {
  options.vnode = (vnode) => {
    const { type } = vnode
    const props = vnode.props as string | number | { title?: unknown }
    // Of a text they are the text itself.
    if (typeof props !== 'object') vnode.props = withoutTurns(String(props)) as never
    else if (typeof props.title === 'string') props.title = withoutTurns(props.title)
    if (typeof type !== 'function' || type === Fragment || type.prototype instanceof Drawn) return
    const draw = type as FunctionComponent
    const known =
      components.get(draw) ??
      class extends Drawn {
        draw = draw
      }
    components.set(draw, known)
    vnode.type = known as unknown as FunctionComponent
  }
}
