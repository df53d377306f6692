import { DBOS } from '@dbos-inc/dbos-sdk'
import type { DurableWorkload } from '../durable-workload.ts'

/** A workflow with a step a task. What is ready is begun together, and in the same order each time. */
export async function prepare({ needs, body, url }: DurableWorkload): Promise<() => Promise<void>> {
  const workflow = DBOS.registerWorkflow(
    async () => {
      const steps: Promise<void>[] = []
      let begun = 0
      while (begun < needs.length) {
        const from = begun
        while (begun < needs.length && needs[begun]!.every((need) => need < from)) begun++
        for (let task = from; task < begun; task++) {
          steps.push(DBOS.runStep(async () => body(task), { name: `t${task}` }))
        }
        await Promise.all(steps.splice(0))
      }
    },
    { name: 'idle' },
  )
  DBOS.setConfig({ name: 'dagmar-bench', systemDatabaseUrl: url, logLevel: 'error' })
  // This also goes on with what a process that died has left.
  await DBOS.launch()
  return async () => {
    const handle = await DBOS.startWorkflow(workflow, { workflowID: 'run' })()
    await handle.getResult()
  }
}
