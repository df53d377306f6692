import type { TaskId } from '../../../machines/outcome.ts'
import type { Plan } from '../../graph/plan.ts'
import type { PlanAgent } from '../../plan-file/agents-of.ts'
import type { Executor } from '../../ports/executor.ts'
import { createRuntime } from '../../runtime/create-runtime.ts'
import { searchLoaded } from '../../runtime/run/rank-of.ts'
import { SimulatedClock } from '../../time/simulated-clock.ts'
import { withNoun } from '../../text/with-noun.ts'
import { shownText } from '../../text/shown-text.ts'
import { displayWidth } from '../screen/text-width.ts'
import { agentsFor } from './agents-for.ts'
import { shownWork } from './shown-work.ts'

/** The assumed length of a task without an estimate. */
const unknownMs = 1_000

/**
 * The tasks in the order in which they would start if each completed at its first attempt, after its estimate, with
 * their levels (the longest chain of dependencies before each). A real run decides that, on a simulated clock with
 * executors that do nothing, so that priorities, pools and rules count as they will.
 */
export async function dryRunLines(
  plan: Plan,
  concurrency: number,
  agents: readonly PlanAgent[],
): Promise<string[]> {
  const { started, skipped } = await rehearse(plan, concurrency, agents)
  const levels = levelsOf(plan)
  const depth = levels.reduce((most, level) => Math.max(most, level + 1), 0)
  const widths = {
    place: String(started.length).length,
    id: Math.min(
      30,
      started.reduce((most, id) => Math.max(most, displayWidth(shownText(id))), 0),
    ),
  }
  const lines = started.map((id, place) => {
    const task = plan.tasks[plan.indexOf(id)!]!
    const columns = [
      String(place + 1).padStart(widths.place),
      `level ${levels[task.index]! + 1}`,
      padded(shownText(id), widths.id),
      shownWork(task.work, task.executor),
    ]
    return columns.join('  ').trimEnd()
  })
  return [
    `${shownText(plan.name)}: ${withNoun(plan.tasks.length, 'task')}, ${withNoun(depth, 'level')}; nothing is run`,
    ...lines,
    ...skipped.map((id) => `would be skipped unless something fails: ${shownText(id)}`),
  ]
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

async function rehearse(
  plan: Plan,
  concurrency: number,
  agents: readonly PlanAgent[],
): Promise<{ readonly started: readonly TaskId[]; readonly skipped: readonly TaskId[] }> {
  const clock = new SimulatedClock()
  const idle: Executor = {
    start: ({ taskId }, report) => {
      report({ type: 'attempt.started' })
      const { estimateMs = unknownMs } = plan.tasks[plan.indexOf(taskId)!]!
      clock.setTimeout(
        () => report({ type: 'attempt.completed', output: undefined }),
        Math.max(1, estimateMs),
      )
    },
    abort: () => undefined,
  }
  // Only this one, so that a dry run refuses what a run would refuse.
  const executors = { process: idle }
  // With a concurrency of 0 nothing would start, so the order is shown for 1.
  const most = Math.max(1, concurrency)
  await searchLoaded(plan)
  const runtime = createRuntime({ clock, executors, concurrency: most, ...(await agentsFor(plan, agents)) })
  const run = runtime.dispatch(unhurried(plan), { concurrency: most })
  const started: TaskId[] = []
  const skipped: TaskId[] = []
  run.events$.subscribe((fact) => {
    if (fact.type === 'task.started') started.push(fact.taskId)
    if (fact.type === 'task.skipped') skipped.push(fact.taskId)
    if (fact.type === 'task.asked') run.answer(fact.taskId, 'yes')
  })
  await clock.advanceAsync(0)
  while (clock.fireNext());
  await runtime.shutdown({ mode: 'kill' })
  return { started, skipped }
}

/** The plan without limits of time, which estimates may exceed, and without a schema for the input. */
function unhurried(plan: Plan): Plan {
  const never = Number.POSITIVE_INFINITY
  const tasks = plan.tasks.map((task) => ({
    ...task,
    policy: { ...task.policy, timeoutMs: never, stallAfterMs: never },
  }))
  return { ...plan, tasks, timeoutMs: never, inputSchema: undefined }
}

/** The level of each task, by index. The dependencies of a task may come after it in the plan. */
function levelsOf({ tasks }: Plan): Int32Array {
  const levels = new Int32Array(tasks.length)
  const unmet = Int32Array.from(tasks, ({ needs }) => needs.length)
  const next = tasks.filter(({ needs }) => needs.length === 0)
  for (const { index, dependents } of next) {
    for (const dependent of dependents) {
      levels[dependent] = Math.max(levels[dependent]!, levels[index]! + 1)
      if (--unmet[dependent]! === 0) next.push(tasks[dependent]!)
    }
  }
  return levels
}
