import PQueue from 'p-queue'
import type { Prepared, Workload } from '../workload.ts'

/** p-queue knows no dependencies: counting them down is done by hand here, the queue starts what is ready. */
export function prepare({ needs, body }: Workload): Prepared {
  return { run: () => runThrough(new PQueue(), needs, body) }
}

async function runThrough(queue: PQueue, needs: Workload['needs'], body: Workload['body']): Promise<void> {
  const dependents: number[][] = needs.map(() => [])
  const unmet = new Int32Array(needs.length)
  for (const [task, from] of needs.entries()) {
    unmet[task] = from.length
    for (const need of from) dependents[need]!.push(task)
  }
  await new Promise<void>((resolve, reject) => {
    let left = needs.length
    const start = (task: number): void => {
      queue
        .add(() => body(task))
        .then(() => {
          for (const dependent of dependents[task]!) if (--unmet[dependent]! === 0) start(dependent)
          if (--left === 0) resolve()
        }, reject)
    }
    for (const [task, from] of needs.entries()) if (from.length === 0) start(task)
  })
}
