import { extname } from 'node:path'
import type { Plan } from '../../graph/plan.ts'
import { readTextFile } from '../../plan-file/read-plan-file.ts'
import { readStg } from '../../simulation/read-stg.ts'
import { isWfCommons, readWfCommons } from '../../simulation/read-wfcommons.ts'

/**
 * Reads whatever can be simulated: `.stg` by its name, a recording in WfFormat by what is in it, and else a plan file.
 * Rejects with `PlanFileError`.
 */
export async function readAnyPlan(path: string): Promise<Plan> {
  const text = await readTextFile(path)
  const ending = extname(path).toLowerCase()
  if (ending === '.stg') return readStg(text, { file: path })
  if (ending === '.json' && isWfCommons(text)) return readWfCommons(text, { file: path })
  const { parsePlan } = await import('../../plan-file/parse-plan.ts')
  return parsePlan(text, { file: path }).plan
}
