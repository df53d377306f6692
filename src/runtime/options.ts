import type { InspectionEvent, Observer } from 'xstate'
import { type Hooks, readHooks } from '../events/hooks.ts'
import { actorLogicExecutor } from '../executors/actor-logic.ts'
import type { BuiltInName } from '../executors/built-in.ts'
import { inlineExecutor } from '../executors/inline.ts'
import { processExecutor } from '../executors/process/process-executor.ts'
import {
  badValue,
  isRecord,
  memberPath,
  noAmounts,
  readAmounts,
  readConcurrency,
  readGiven,
  readInteger,
  readMethods,
  readOneOf,
} from '../graph/read-values.ts'
import type { AnyDag, Plan } from '../graph/plan.ts'
import type { Codec, RedactOptions } from '../ports/codec.ts'
import type { Executor } from '../ports/executor.ts'
import type { Store } from '../ports/store.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import type { AgentDesk, RuntimeAgents } from './admission/agent-desk.ts'
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
  /**
   * How outputs are kept in a store that outlives the process; dependents get what is decoded from what is kept. The
   * default takes JSON, and refuses whatever JSON would lose, such as a `Map`, or undefined in an object: an attempt with
   * such an output fails with `OUTPUT_NOT_SERIALISABLE`. @default JSON
   */
  readonly codec?: Codec
  /**
   * What reaches neither facts nor journals nor logs of commands. Secret outputs and inputs live in memory: a run of which
   * tasks that are not settled need some cannot be recovered (`SECRET_LOST`). @default nothing
   */
  readonly redact?: RedactOptions
  /** The dags whose runs `recover` and `recoverAll` find by name. @default none */
  readonly dags?: readonly (AnyDag | Plan)[]
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
  /**
   * Outputs and the run's input are cloned (`structuredClone`) as they are given and each time a handler gets them, so
   * that nobody sees what another does to them. An attempt whose output cannot be cloned fails with
   * `OUTPUT_NOT_CLONED`, and such an input is refused with `INPUT_INVALID`. Otherwise they are shared. @default false
   */
  readonly isolate?: boolean
  /**
   * The agents that do tasks which ask for one, as `agents()` of `dagmar/agents` makes them. They belong to this runtime
   * alone. @default none: a run of a plan that asks for agents is refused
   */
  readonly agents?: RuntimeAgents
  /** How many run facts a run holds for `events({ from })` and `story`. Integer ≥ 1. @default 100000 */
  readonly retainFacts?: number
}

/** How the options are read, in the order in which mistakes are reported. */
const readers = {
  hooks: (value: unknown) => readHooks(value as Hooks),
  mode: (value: unknown, path: string) => readOneOf(value, path, ['compiled', 'interpreted']),
  clock: (value: unknown, path: string) =>
    readMethods(value as Clock, path, 'a clock', ['now', 'setTimeout', 'clearTimeout']),
  store: (value: unknown, path: string) =>
    readMethods(value as Store, path, 'a store', ['create', 'open', 'append', 'read']),
  dags: (value: unknown) => value,
  codec: (value: unknown, path: string) => readMethods(value as Codec, path, 'a codec', ['encode', 'decode']),
  redact: readRedact,
  executors: readExecutors,
  concurrency: readConcurrency,
  pools: readAmounts,
  admission: (value: unknown, path: string) => readOneOf(value, path, ['both', 'executor']),
  retainFacts: (value: unknown, path: string) => readInteger(value, path, 1),
  isolate: (value: unknown, path: string): boolean => {
    if (typeof value === 'boolean') return value
    throw badValue(path, value, 'true or false')
  },
  agents: (value: unknown, path: string): AgentDesk => {
    if (isRecord(value) && isRecord(value['desk'])) return value['desk'] as unknown as AgentDesk
    throw badValue(path, value, "what agents() of 'dagmar/agents' makes")
  },
  inspect: readInspect,
}

/** Checks the options and fills in what they leave out. Throws `CONFIG_INVALID`. */
export function readRuntimeOptions(options: RuntimeOptions): RuntimeActorOptions {
  const {
    mode = 'compiled',
    clock = systemClock,
    store,
    executors,
    concurrency = 4,
    pools = noAmounts,
    admission = 'both',
    retainFacts = 100_000,
    isolate = false,
    codec,
    redact,
    agents,
    inspect,
  } = readGiven(options, readers, "createRuntime's options object", '')
  const builtIn: Readonly<Record<BuiltInName, Executor>> = {
    inline: inlineExecutor(),
    'actor-logic': actorLogicExecutor(),
    process: processExecutor(),
  }
  return {
    clock,
    store,
    executors: { ...builtIn, ...executors },
    concurrency,
    pools,
    admission,
    retainFacts,
    isolate,
    codec,
    redact,
    agents,
    inspect,
    logic: machineLogic(inspect === undefined ? mode : 'interpreted'),
  }
}

function readInspect(value: unknown, path: string): RuntimeOptions['inspect'] {
  if (typeof value === 'function' || isRecord(value)) return value as RuntimeOptions['inspect']
  throw badValue(path, value, 'a function or an observer')
}

function readExecutors(value: unknown, path: string): Readonly<Record<string, Executor>> {
  if (!isRecord(value)) throw badValue(path, value, 'an object of executors by name')
  const executors = value as Readonly<Record<string, Executor>>
  for (const [name, executor] of Object.entries(executors)) {
    const own = memberPath(path, name)
    readMethods(executor, own, 'an executor', ['start', 'abort'])
    if (executor.capacity !== undefined) readInteger(executor.capacity, `${own}.capacity`, 1, true)
  }
  return executors
}

const readPlaces = (value: unknown, path: string): readonly (string | RegExp)[] => {
  const isList =
    Array.isArray(value) && value.every((one) => typeof one === 'string' || one instanceof RegExp)
  if (isList) return value as readonly (string | RegExp)[]
  throw badValue(path, value, 'a list of texts and patterns')
}

function readRedact(value: unknown, path: string): RedactOptions {
  return readGiven(
    value as object,
    { environment: readPlaces, inputs: readPlaces, outputs: readPlaces },
    path,
  )
}
