import { createStep, createWorkflow } from '@mastra/core/workflows'
import { z } from 'zod'
import type { Prepared, Workload } from '../workload.ts'

/** One step after the other, or all at once: it has no way to say a graph of dependencies. */
export function prepare({ shape, needs, body }: Workload): Prepared {
  if (shape !== 'chain' && shape !== 'wide') throw new Error(`Mastra cannot say the shape ${shape}.`)
  const schemas = { inputSchema: z.any(), outputSchema: z.any() }
  const steps = needs.map((_, task) =>
    createStep({
      id: `t${task}`,
      ...schemas,
      execute: async () => {
        await body(task)
        return {}
      },
    }),
  )
  const whole = createWorkflow({ id: 'bench', ...schemas })
  if (shape === 'wide') whole.parallel(steps)
  else for (const step of steps) whole.then(step)
  whole.commit()
  return {
    run: async () => {
      const run = await whole.createRunAsync()
      const { status } = await run.start({ inputData: {} })
      if (status !== 'success') throw new Error(`Mastra ended with ${status}.`)
    },
  }
}
