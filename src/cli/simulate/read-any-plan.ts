import { extname } from 'node:path'
import type { Plan } from '../../graph/plan.ts'
import { readStg } from '../../simulation/read-stg.ts'
import { agentsAround, readTextOf, refuseProgram } from '../read-plan.ts'
import { isWfCommons, readWfCommons } from '../../simulation/read-wfcommons.ts'

/**
 * Reads whatever can be simulated: `.stg` by its name, a recording in WfFormat by what is in it, and else a plan file.
 * Rejects with `PlanFileError`.
 */
export async function readAnyPlan(path: string): Promise<Plan> {
  refuseProgram(path)
  const text = await readTextOf(path)
  const file = path === '-' ? 'stdin' : path
  const ending = extname(path).toLowerCase()
  if (ending === '.stg') return readStg(text, { file })
  if ((ending === '.json' || path === '-') && isWfCommons(text)) return readWfCommons(text, { file })
  const { parsePlan } = await import('../../plan-file/parse-plan.ts')
  return parsePlan(text, { file, agents: await agentsAround(text) }).plan
}
