import type { InspectionEvent, Observer } from 'xstate'
import type { Hooks } from '../events/hooks.ts'
import { actorLogicExecutor } from '../executors/actor-logic.ts'
import { inlineExecutor } from '../executors/inline.ts'
import { processExecutor } from '../executors/process/process-executor.ts'
import { badValue, isRecord, readAmounts, readFields, readInteger, readOneOf } from '../graph/read-values.ts'
import type { Executor } from '../ports/executor.ts'
import type { Store } from '../ports/store.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import type { AdmissionMode } from './admission/slot-resource.ts'
import { machineLogic } from './logic/machine-logic.ts'
import type { RuntimeActorOptions } from './runtime-actor.ts'

export interface RuntimeOptions {
  /**
   * Most tasks, over all runs, that hold a slot at once; also the default for each run. Integer ≥ 0, or Infinity;
   * 0 holds everything back. @default 4
   */
  readonly concurrency?: number
  /** Resources that the tasks of all runs share, as `{ gpu: 2 }`. Integers ≥ 1. @default {} */
  readonly pools?: Readonly<Record<string, number>>
  /**
   * What limits the offers of ready tasks to executors: the free slots and the executors (`both`), or the executors
   * alone, which then have to say no by themselves. @default 'both'
   */
  readonly admission?: AdmissionMode
  /** Executors by the name that tasks call them by. `inline`, `actor-logic` and `process` are there unless replaced. */
  readonly executors?: Readonly<Record<string, Executor>>
  /** Where journals are kept. Facts are safe there before anything is done because of them. @default none: each run holds its own facts */
  readonly store?: Store
  /** All time goes through it. @default the system's */
  readonly clock?: Clock
  /** Called as tasks settle, in every run. */
  readonly hooks?: Hooks
  /**
   * Passed to XState for the actor system of the runtime: every actor, event, microstep, action and snapshot.
   * Costs time, all the more as the machines are then interpreted.
   */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
  /**
   * How the machines of runs and tasks are driven: by tables derived from them, or by XState's own interpreter. What
   * happens is the same, and `compiled` is several times faster. With `inspect` they are interpreted in any case.
   * @default 'compiled'
   */
  readonly mode?: 'compiled' | 'interpreted'
  /** How many run facts a run holds for `events({ from })` and `story`. Integer ≥ 1. @default 100000 */
  readonly retainFacts?: number
}

const known: ReadonlySet<string> = new Set([
  'concurrency',
  'pools',
  'admission',
  'executors',
  'store',
  'clock',
  'hooks',
  'inspect',
  'mode',
  'retainFacts',
])

/** Checks the options and fills in what they leave out. Throws `CONFIG_INVALID`. */
export function readRuntimeOptions(options: RuntimeOptions): RuntimeActorOptions {
  readFields(options, "createRuntime's options object", known)
  const mode = readOneOf(options.mode ?? 'compiled', 'mode', ['compiled', 'interpreted'])
  return {
    clock: options.clock ?? systemClock,
    store: options.store,
    executors: readExecutors(options.executors ?? {}),
    concurrency: readInteger(options.concurrency ?? 4, 'concurrency', 0, true),
    pools: readAmounts(options.pools ?? {}, 'pools'),
    admission: readOneOf(options.admission ?? 'both', 'admission', ['both', 'executor']),
    retainFacts: readInteger(options.retainFacts ?? 100_000, 'retainFacts', 1),
    inspect: options.inspect,
    logic: machineLogic(options.inspect === undefined ? mode : 'interpreted'),
  }
}

function readExecutors(executors: Readonly<Record<string, Executor>>): Readonly<Record<string, Executor>> {
  for (const [name, executor] of Object.entries(executors)) {
    const path = `executors.${name}`
    if (!isRecord(executor) || typeof executor.start !== 'function' || typeof executor.abort !== 'function') {
      throw badValue(path, executor, 'an executor, with start and abort')
    }
    if (executor.capacity !== undefined && executor.capacity !== Number.POSITIVE_INFINITY) {
      readInteger(executor.capacity, `${path}.capacity`, 1)
    }
  }
  return {
    inline: inlineExecutor(),
    'actor-logic': actorLogicExecutor(),
    process: processExecutor(),
    ...executors,
  }
}
