import type { PlannedTask } from './plan.ts'

/** The work of a task that only stands for others: it completes as soon as it may start, without an output. */
export function groupWork(): void {}

export function isGroup({ work }: Pick<PlannedTask, 'work'>): boolean {
  return work === groupWork
}
