import type { ComponentChildren } from 'preact'
import type { StateModel, TransitionModel } from '../../protocol.ts'
import { eventWords } from './chart.ts'
import type { ActorLook, Taken } from './shown-actor.ts'
import { useEffect, useRef } from '../state/signals.ts'

/** The height of the table's head, which stays above what is scrolled. */
const headHeight = 26

/** All transitions of a machine, state by state: what the chart shows, to read and to search. */
export function TransitionTable({
  root,
  look,
}: {
  readonly root: StateModel
  readonly look: ActorLook
}): ComponentChildren {
  const isCurrent = (id: string): boolean => id !== root.id && look.active.includes(id)
  const keys = new Map<string, string>()
  const states: StateModel[] = []
  const collect = (model: StateModel): void => {
    states.push(model)
    keys.set(model.id, model.key)
    model.states.forEach(collect)
  }
  collect(root)
  const told = [...states.slice(1), root].filter(
    ({ id, transitions, type }) => transitions.length > 0 || type === 'final' || isCurrent(id),
  )
  const frame = useRef<HTMLElement>()
  const shown = look.active.join(' ')
  useEffect(() => {
    const current = [...frame.current!.querySelectorAll<HTMLElement>('[data-active]')].at(-1)
    if (current !== undefined) frame.current!.scrollTop = current.offsetTop - headHeight
  }, [shown])
  return (
    <section class="chart-table" aria-label="Transitions" tabIndex={0} ref={frame}>
      <table class="transitions">
        <caption class="visually-hidden">The transitions of {root.key}</caption>
        <thead>
          <tr>
            <th scope="col">event</th>
            <th scope="col">leads to</th>
            <th scope="col">guard</th>
            <th scope="col">actions</th>
          </tr>
        </thead>
        {told.map((state) => (
          <tbody
            key={state.id}
            data-state={state.id}
            data-active={isCurrent(state.id) ? '' : undefined}
            aria-current={isCurrent(state.id) ? 'step' : undefined}
          >
            <tr>
              <th scope="rowgroup" colSpan={4}>
                {state === root ? `anywhere in ${state.key}` : state.key}
                {state.type === 'final' && <span class="soft"> final</span>}
                {isCurrent(state.id) && <span class="soft"> current state</span>}
              </th>
            </tr>
            {state.transitions.map((one, place) => (
              <tr key={place} data-taken={isTaken(one, state, look.taken) ? '' : undefined}>
                <td class="mono" title={one.event}>
                  {eventWords(one)}
                </td>
                <td class="mono">
                  {one.targets.map((id) => keys.get(id) ?? id).join(' + ')}
                  {one.reenter === true && ' (anew)'}
                </td>
                <td class="mono">{one.guard === undefined ? '' : `[${one.guard}]`}</td>
                <td class="mono soft" title={one.actions?.join(', ')}>
                  {one.actions?.join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  )
}

/** Whether it may have been that one: of several on the same event, the guard is not told. */
function isTaken({ event, targets }: TransitionModel, { id }: StateModel, taken: readonly Taken[]): boolean {
  return taken.some(
    (one) =>
      one.source === id &&
      one.events[0] === event &&
      one.targets.length === targets.length &&
      one.targets.every((target) => targets.includes(target)),
  )
}
