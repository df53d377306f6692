import { topologicalOrder } from '../../graph/cycle.ts'
import type { Plan } from '../../graph/plan.ts'

/** The tasks in levels, by the length of the longest chain that leads to each. Indices, in the plan's order. */
export function levelsOf({ tasks }: Pick<Plan, 'tasks'>): readonly (readonly number[])[] {
  const levelOf = new Int32Array(tasks.length)
  for (const index of topologicalOrder(tasks)) {
    for (const need of tasks[index]!.needs) levelOf[index] = Math.max(levelOf[index]!, levelOf[need]! + 1)
  }
  const levels: number[][] = []
  for (const { index } of tasks) {
    const level = levelOf[index]!
    while (levels.length <= level) levels.push([])
    levels[level]!.push(index)
  }
  return levels
}
