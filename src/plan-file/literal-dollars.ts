import { type PlanProblem, problemLine } from '../errors/plan-file-error.ts'
import { isRecord } from '../graph/read-values.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'
import type { WrittenDefaults, WrittenPlan } from './plan-schema.ts'

const variable = /\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})/
const home = /^~(?:\/|$)/
const most = 100

/**
 * Reports values that look as if a shell would expand them, where none does. That they are meant so is possible, so that
 * these are warnings.
 */
export function warnOfDollars(
  { defaults, tasks }: WrittenPlan,
  { report, places, problemCount }: ProblemReporter,
): void {
  const seen = new Set<unknown>()
  const judge = (owner: object, key: string | number, path: Path, isFile: boolean): void => {
    const text = places.textOf(owner, key)
    const found = variable.exec(text)?.[0] ?? (isFile ? home.exec(text)?.[0] : undefined)
    if (found === undefined || problemCount() >= most) return
    const hint = isFile
      ? "Name it in full, or from the plan file's folder."
      : `Set it in the command, as in ${key}="${text.length > 40 ? '…' : text}" npm test.`
    report(path, `has ${found}, which stays as it is: nothing is expanded there.`, { hint })
  }
  const look = (fields: WrittenDefaults, path: Path): void => {
    // An alias is told once.
    if (!isRecord(fields) || seen.has(fields)) return
    seen.add(fields)
    const { env, envFile } = fields
    if (isRecord(env) && !seen.has(env)) {
      seen.add(env)
      for (const name of Object.keys(env)) judge(env, name, [...path, 'env', name], false)
    }
    if (fields.cwd !== undefined) judge(fields, 'cwd', [...path, 'cwd'], true)
    if (typeof envFile === 'string') judge(fields, 'envFile', [...path, 'envFile'], true)
    else if (Array.isArray(envFile)) {
      for (const index of envFile.keys()) judge(envFile, index, [...path, 'envFile', index], true)
    }
  }
  if (defaults !== undefined) look(defaults, ['defaults'])
  for (const id of places.keysOf(tasks)) look(tasks[id]!, ['tasks', id])
}

/** A warning as one line: `plan.yaml:3:5: warning: …`. */
export function warningLine(warning: PlanProblem): string {
  return problemLine({ ...warning, message: `warning: ${warning.message}` })
}
