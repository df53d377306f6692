import type { Observable } from 'rxjs'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { readGiven, readOneOf } from '../../graph/read-values.ts'
import { runtimeClosed } from '../runtime-closed.ts'
import type { RuntimeActor } from '../runtime-actor.ts'
import { Consumer } from './consumer.ts'
import type { ConsumeHost } from './do-item.ts'
import { readSource, type Source } from './source.ts'
import type { SourceFact } from './source-facts.ts'
import { type ConsumeOptions, readConsumeOptions } from './source-options.ts'

/** A source that a runtime consumes. */
export interface Consumption {
  /** The name of the source. */
  readonly name: string
  /**
   * What happens to the source and its items, from the moment of subscription on. Subscribe before the first `await` after
   * that of `consume` to get all of it. Completes with `done`.
   */
  readonly events$: Observable<SourceFact>
  /** Resolves when nothing more comes from the source and all that was taken is given back. Never rejects. */
  readonly done: Promise<void>
  view(): SourceView
  /**
   * Takes nothing more. What was taken is done (`drain`), or ended (`kill`); what an observable gave and nobody has taken
   * is given back as released. Resolves as `done` does.
   * @default { mode: 'drain' }
   */
  stop(options?: { readonly mode?: 'drain' | 'kill' }): Promise<void>
}

/** How far a source is. */
export interface SourceView {
  readonly name: string
  /** `stopping`: nothing more comes, and something is open. */
  readonly state: 'open' | 'stopping' | 'done'
  /** How many items are taken and not given back: at most `lookAhead`. */
  readonly open: number
  /** How many items of an observable wait to be taken. */
  readonly waiting: number
  /** How many items were taken; given back; could not be given back, because `settle` failed. */
  readonly taken: number
  readonly settled: number
  readonly unsettled: number
  /** How many were given while they were open already; could not be done; were not taken; are done by somebody else. */
  readonly repeated: number
  readonly refused: number
  readonly dropped: number
  readonly held: number
}

const stopReaders = {
  mode: (value: unknown, path: string) => readOneOf(value, path, ['drain', 'kill']),
}

/** The names of the sources that a runtime consumes. */
const namesOf = new WeakMap<RuntimeActor, Set<string>>()

/** See `Runtime.consume`. */
export function consume<Item>(
  host: ConsumeHost,
  source: Source<Item>,
  given: ConsumeOptions = {},
): Consumption {
  const { root } = host
  const read = readSource(source)
  const options = readConsumeOptions(given)
  if (!root.isOpen) throw runtimeClosed()
  const consumer = new Consumer(host, read, options)
  const { name } = options
  const names = namesOf.get(root) ?? new Set()
  namesOf.set(root, names)
  if (names.has(name)) throw nameTaken(name)
  names.add(name)
  read.hear()
  void begin(root, consumer).then(() => names.delete(name))
  return {
    name,
    events$: consumer.events$,
    done: consumer.done,
    view: () => {
      const { state, open, waiting, counts } = consumer
      return { name, state, open, waiting, ...counts }
    },
    stop: (stopOptions = {}) => {
      const { mode = 'drain' } = readGiven(stopOptions, stopReaders, "stop's options object", '')
      if (mode === 'kill') consumer.kill('its source was stopped')
      else consumer.stop('stopped')
      return consumer.done
    },
  }
}

/** A shutdown of the runtime waits for what is to be given back. */
async function begin(root: RuntimeActor, consumer: Consumer): Promise<void> {
  let isAwaited = false
  const closing = (mode: 'drain' | 'kill'): void => {
    if (!isAwaited) root.shared.released.push(consumer.done)
    isAwaited = true
    consumer.closing(mode === 'kill')
  }
  // Somebody may send it the event, too.
  const look = (): void => {
    const { value } = root.actor.getSnapshot()
    if (value !== 'open') closing(value === 'killing' ? 'kill' : 'drain')
  }
  root.shutdowns.add(closing)
  const watching = root.actor.subscribe({ next: look, complete: look })
  void sweepWhenClosed(root, consumer)
  // Whoever awaits `consume` hears of everything.
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  await Promise.all([consumer.run(), consumer.done])
  root.shutdowns.delete(closing)
  watching.unsubscribe()
}

async function sweepWhenClosed(root: RuntimeActor, consumer: Consumer): Promise<void> {
  await root.closed
  await Promise.all([...root.runs.values()].map((run) => run.result))
  // Whoever waits for a result has it by then.
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  consumer.closed()
}

function nameTaken(name: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: `The runtime consumes a source '${name}' already.`,
    hint: 'Give this one another name: consume(source, { name }).',
    facts: { field: 'name', name },
  })
}
