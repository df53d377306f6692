import { createRuntime, type Fact, plan, SimulatedClock, type TaskDefinition } from 'dagmar'

/** A task of a run that is recorded: it lasts so many milliseconds, and its first attempts fail. */
export interface RecordedTask {
  readonly id: string
  readonly needs?: readonly string[]
  readonly ms?: number
  /** How many attempts fail before one completes. @default 0 */
  readonly fails?: number
  readonly maxAttempts?: number
}

/** The facts of a real run on a simulated clock, up to `untilMs` after its start or to its end. */
export async function recordRun(
  name: string,
  tasks: readonly RecordedTask[],
  { untilMs = Number.POSITIVE_INFINITY, concurrency = 8 } = {},
): Promise<Fact[]> {
  const clock = new SimulatedClock(Date.UTC(2026, 0, 1))
  const begunAt = clock.now()
  const runtime = createRuntime({ clock, concurrency })
  const run = runtime.dispatch(plan({ name, tasks: tasks.map((task) => definitionOf(task, clock)) }))
  const facts: Fact[] = []
  run.events$.subscribe((fact) => facts.push(fact))
  // A run that is left in the middle holds nothing but objects: its timers are simulated, too.
  await clock.advanceAsync(0)
  while (clock.nextAt !== undefined && clock.nextAt <= begunAt + untilMs) {
    await clock.advanceAsync(clock.nextAt - clock.now())
  }
  return facts
}

function definitionOf(
  { id, needs = [], ms = 100, fails = 0, maxAttempts = 1 }: RecordedTask,
  clock: SimulatedClock,
): TaskDefinition & { readonly id: string } {
  return {
    id,
    needs,
    retry: { maxAttempts, backoff: { base: '50ms' } },
    run: async ({ attempt }) => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, ms))
      if (attempt <= fails) throw new Error(`${id} found ${attempt} of its inputs damaged`)
    },
  }
}
