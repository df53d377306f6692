import { auto } from 'async'
import type { Prepared, Workload } from '../workload.ts'

export function prepare({ needs, body }: Workload): Prepared {
  const tasks = Object.fromEntries(
    needs.map((from, task) => [`t${task}`, [...from.map((need) => `t${need}`), async () => body(task)]]),
  )
  return { run: () => auto(tasks) }
}
