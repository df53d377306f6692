import { type CriticalPath, criticalPath } from '../graph/critical-path.ts'
import type { Plan } from '../graph/plan.ts'
import type { Recorder } from './recorder.ts'

/**
 * The chain of dependencies that took longest, each task with its attempts and the waits between them, but without its
 * time in the queue. Only what a task has waited for counts as a link: a rule that was met early, or could no longer be
 * met, waits for nobody else. So the chain is never longer than the run.
 */
export function longestChain(plan: Pick<Plan, 'tasks'>, recorder: Recorder): CriticalPath {
  const { readyAt, settledAt } = recorder
  const isWaitedFor = (need: number, index: number): boolean =>
    settledAt[need]! <= (Number.isNaN(readyAt[index]) ? settledAt[index]! : readyAt[index]!)
  const isPlain = plan.tasks.every(({ index, needs }) => needs.every((need) => isWaitedFor(need, index)))
  const linked = isPlain
    ? plan
    : {
        tasks: plan.tasks.map((task) => ({
          ...task,
          needs: task.needs.filter((need) => isWaitedFor(need, task.index)),
          dependents: task.dependents.filter((dependent) => isWaitedFor(task.index, dependent)),
        })),
      }
  return criticalPath(linked, (_, index) => tookMs(recorder, index))
}

function tookMs({ readyAt, settledAt, queuedMs }: Recorder, index: number): number {
  return Number.isNaN(readyAt[index]) ? 0 : settledAt[index]! - readyAt[index]! - queuedMs[index]!
}
