import type { InspectionEvent, Observer } from 'xstate'
import { type Hooks, readHooks } from '../events/hooks.ts'
import { actorLogicExecutor } from '../executors/actor-logic.ts'
import type { BuiltInName } from '../executors/built-in.ts'
import { inlineExecutor } from '../executors/inline.ts'
import { processExecutor } from '../executors/process/process-executor.ts'
import {
  badValue,
  isRecord,
  readAmounts,
  readFields,
  readInteger,
  readMethods,
  readOneOf,
} from '../graph/read-values.ts'
import type { Executor } from '../ports/executor.ts'
import type { Store } from '../ports/store.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import type { AdmissionMode } from './admission/slot-resource.ts'
import { machineLogic } from './logic/machine-logic.ts'
import type { RuntimeActorOptions } from './runtime-actor.ts'

export interface RuntimeOptions {
  /**
   * How many tasks, over all runs, may hold a slot at once; also the default of each run. Integer ≥ 0, or Infinity;
   * with 0 nothing starts. @default 4
   */
  readonly concurrency?: number
  /** Pools that the tasks of all runs share, as in `{ gpu: 2 }`. Integers ≥ 1. @default {} */
  readonly pools?: Readonly<Record<string, number>>
  /**
   * What limits how many tasks start: slots and executors (`both`), or executors alone, which then have to decline what
   * they cannot carry. @default 'both'
   */
  readonly admission?: AdmissionMode
  /** Executors by the name that tasks use. `inline`, `actor-logic` and `process` are there unless they are replaced. */
  readonly executors?: Readonly<Record<string, Executor>>
  /**
   * Where journals are kept. Nothing happens because of facts before they are safe there. @default none: each run holds
   * its own facts
   */
  readonly store?: Store
  /** Where the runtime takes all its time from. @default the system's */
  readonly clock?: Clock
  /** Functions that are called as tasks settle, in every run. */
  readonly hooks?: Hooks
  /**
   * XState's `inspect`, for the runtime's actor system: it sees every actor, event, microstep, action and snapshot. It
   * makes everything slower, and the machines are interpreted.
   */
  readonly inspect?: Observer<InspectionEvent> | ((event: InspectionEvent) => void)
  /**
   * How the machines of runs and tasks are driven: by tables derived from them (`compiled`, several times faster), or
   * by XState's own interpreter. Nothing else differs. With `inspect` they are always interpreted.
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
  if (options.hooks !== undefined) readHooks(options.hooks)
  const mode = readOneOf(options.mode ?? 'compiled', 'mode', ['compiled', 'interpreted'])
  return {
    clock: readMethods(options.clock ?? systemClock, 'clock', 'a clock', [
      'now',
      'setTimeout',
      'clearTimeout',
    ]),
    store:
      options.store === undefined
        ? undefined
        : readMethods(options.store, 'store', 'a store', ['create', 'open', 'append', 'read']),
    executors: readExecutors(options.executors ?? {}),
    concurrency: readInteger(options.concurrency ?? 4, 'concurrency', 0, true),
    pools: readAmounts(options.pools ?? {}, 'pools'),
    admission: readOneOf(options.admission ?? 'both', 'admission', ['both', 'executor']),
    retainFacts: readInteger(options.retainFacts ?? 100_000, 'retainFacts', 1),
    inspect: readInspect(options.inspect),
    logic: machineLogic(options.inspect === undefined ? mode : 'interpreted'),
  }
}

function readInspect(inspect: RuntimeOptions['inspect']): RuntimeOptions['inspect'] {
  if (inspect === undefined || typeof inspect === 'function' || isRecord(inspect)) return inspect
  throw badValue('inspect', inspect, 'a function or an observer')
}

function readExecutors(executors: Readonly<Record<string, Executor>>): Readonly<Record<string, Executor>> {
  for (const [name, executor] of Object.entries(executors)) {
    const path = `executors.${name}`
    readMethods(executor, path, 'an executor', ['start', 'abort'])
    if (executor.capacity !== undefined && executor.capacity !== Number.POSITIVE_INFINITY) {
      readInteger(executor.capacity, `${path}.capacity`, 1)
    }
  }
  const builtIn: Readonly<Record<BuiltInName, Executor>> = {
    inline: inlineExecutor(),
    'actor-logic': actorLogicExecutor(),
    process: processExecutor(),
  }
  return { ...builtIn, ...executors }
}
