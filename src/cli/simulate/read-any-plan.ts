import { extname } from 'node:path'
import type { PlanFile } from '../../plan-file/parse-plan.ts'
import { readStg } from '../../simulation/read-stg.ts'
import { agentsAround, readTextOf, refuseProgram } from '../read-plan.ts'
import { isWfCommons, readWfCommons } from '../../simulation/read-wfcommons.ts'

/** A plan, and the agents that may do its tasks. */
type AnyPlan = Pick<PlanFile, 'plan' | 'agents'>

/**
 * Reads whatever can be simulated: `.stg` by its name, a recording in WfFormat by what is in it, and else a plan file.
 * Rejects with `PlanFileError`.
 */
export async function readAnyPlan(path: string): Promise<AnyPlan> {
  refuseProgram(path)
  const text = await readTextOf(path)
  const file = path === '-' ? 'stdin' : path
  const ending = extname(path).toLowerCase()
  if (ending === '.stg') return { plan: readStg(text, { file }), agents: [] }
  if ((ending === '.json' || path === '-') && isWfCommons(text))
    return { plan: readWfCommons(text, { file }), agents: [] }
  const { parsePlan } = await import('../../plan-file/parse-plan.ts')
  return parsePlan(text, { file, agents: await agentsAround(text) })
}
