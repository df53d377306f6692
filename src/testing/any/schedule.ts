import type { Arbitrary } from 'fast-check'
import type { TaskId } from '../../../machines/outcome.ts'
import { type AnyDag, type Plan, planOf } from '../../graph/plan.ts'
import { anyPace, type Pace } from './any-pace.ts'
import { fc } from '../law/fast-check.ts'
import { worded } from '../law/in-words.ts'

/** How long the attempts of each task take, which decides in which order tasks complete. */
export type Schedule = Readonly<Record<TaskId, Pace>>

/** Lengths for every task of a dag, of a few tens of milliseconds; shrinks to 0 for all. */
export function anySchedule(dag: Plan | AnyDag): Arbitrary<Schedule> {
  const paces = planOf(dag).tasks.map(({ id }) => [id, anyPace()] as const)
  return fc
    .record(Object.fromEntries(paces))
    .map((schedule) => worded({ ...schedule }, () => scheduleInWords(schedule)))
}

/** Each task's lengths, on one line. */
export function scheduleInWords(schedule: Schedule): string {
  const tasks = Object.entries(schedule).map(
    ([id, { start, run, stop }]) =>
      `${id} ${run} ms${start === 0 ? '' : ` after ${start}`}${stop === 0 ? '' : `, stops in ${stop}`}`,
  )
  return tasks.join(' · ')
}
