import {
  type AnyDag,
  createRuntime,
  type DispatchOptions,
  type Fact,
  isRunFact,
  type Plan,
  plan,
  type RunFact,
  type RunHandle,
  type RunResult,
  type Runtime,
  type RuntimeOptions,
  SimulatedClock,
  type TaskDefinition,
} from 'dagmar'

export type FactType = Fact['type']
export type OfType<Type extends FactType> = Extract<Fact, { type: Type }>

/** A run and what a subscriber of its first turn has seen. */
export interface Watched {
  readonly run: RunHandle
  /** Run facts and passing facts. */
  readonly told: readonly Fact[]
  /** Run facts alone. */
  readonly facts: readonly RunFact[]
  /** The latest result, once it is there. */
  readonly result: RunResult | undefined
  /** The types of all facts, or of those of one task, in order. */
  readonly types: (taskId?: string) => readonly string[]
  /** Facts of a type, in order. */
  readonly all: <Type extends FactType>(type: Type, taskId?: string) => readonly OfType<Type>[]
  /** The status of each task, by id. */
  readonly statuses: () => Readonly<Record<string, string>>
}

export function watch(run: RunHandle): Watched {
  const told: Fact[] = []
  const facts: RunFact[] = []
  let result: RunResult | undefined
  let watchedResult: Promise<RunResult> | undefined
  const keep = async (): Promise<void> => {
    if (watchedResult === run.result) return
    watchedResult = run.result
    result = undefined
    const settled = await run.result
    result = settled
  }
  run.events$.subscribe((fact) => {
    told.push(fact)
    if (isRunFact(fact)) facts.push(fact)
    void keep()
  })
  void keep()
  return {
    run,
    told,
    facts,
    get result() {
      return result
    },
    types: (taskId) =>
      told.filter((fact) => taskId === undefined || fact.taskId === taskId).map(({ type }) => type),
    all: (type, taskId) =>
      told.filter(
        (fact): fact is OfType<typeof type> =>
          fact.type === type && (taskId === undefined || fact.taskId === taskId),
      ),
    statuses: () => Object.fromEntries([...run.view().tasks.values()].map(({ id, status }) => [id, status])),
  }
}

/** A runtime on a clock that stands still until it is moved. */
export interface Simulated {
  readonly clock: SimulatedClock
  readonly runtime: Runtime
  /** Dispatches and lets the first turn pass. */
  readonly start: (
    tasks: AnyDag | Plan | Readonly<Record<string, TaskDefinition>>,
    options?: DispatchOptions,
  ) => Promise<Watched>
  /** Moves the clock and lets promises go on. */
  readonly wait: (ms?: number) => Promise<void>
}

export function simulated(options: Omit<RuntimeOptions, 'clock'> = {}): Simulated {
  const clock = new SimulatedClock()
  const runtime = createRuntime({ ...options, clock })
  return {
    clock,
    runtime,
    async start(tasks, dispatchOptions) {
      const watched = watch(runtime.dispatch(planFor(tasks), dispatchOptions))
      await clock.advanceAsync(0)
      return watched
    },
    wait: (ms = 0) => clock.advanceAsync(ms),
  }
}

function planFor(tasks: AnyDag | Plan | Readonly<Record<string, TaskDefinition>>): Plan {
  if ('plan' in tasks && typeof tasks.plan === 'function') return tasks.plan() as Plan
  if ('tasks' in tasks && Array.isArray(tasks.tasks)) return tasks as Plan
  return plan({ name: 'tried', tasks: tasks as Readonly<Record<string, TaskDefinition>> })
}

/** Work for the executor that is played by hand. */
export const byHand = { executor: 'hand', work: undefined } as const

export const ok = (): string => 'ok'

export function fails(message = 'it broke'): () => never {
  return () => {
    throw new Error(message)
  }
}
