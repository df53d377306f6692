import { extname } from 'node:path'
import { PlanFileError } from '../errors/plan-file-error.ts'
import type { PlanFile } from '../plan-file/parse-plan.ts'
import { readTextFile } from '../plan-file/read-plan-file.ts'
import { configurationFile } from './run/configuration-file.ts'
import { gathered } from '../plan-file/read-source.ts'

/** The plan in a file; `-` is stdin, whose plan runs in the current folder. Rejects with `PlanFileError`. */
export async function readPlan(path: string): Promise<PlanFile> {
  refuseProgram(path)
  const text = await readTextOf(path)
  const { parsePlan } = await import('../plan-file/parse-plan.ts')
  const agents = await agentsAround(text)
  return parsePlan(text, {
    agents,
    ...(path === '-' ? { file: 'stdin', cwd: process.cwd() } : { file: path }),
  })
}

/** Other plans are read without a look at the user's configuration. */
const asking = /\b(?:requires|agent|fallback)\b/

/** The agents that a plan may ask for beside its own. Rejects with `PlanFileError`. */
export async function agentsAround(text: string): Promise<PlanFile['agents']> {
  return asking.test(text) ? agentsOfUser(process.env) : []
}

/** The agents of the user's configuration. Rejects with `PlanFileError`. */
export async function agentsOfUser(env: NodeJS.ProcessEnv): Promise<PlanFile['agents']> {
  const file = configurationFile(env)
  if (file === undefined) return []
  const { readConfiguration } = await import('../plan-file/read-configuration.ts')
  return (await readConfiguration(file)).agents
}

/** The text of a file, or of stdin. Rejects with `PlanFileError`. */
export function readTextOf(path: string): Promise<string> {
  return path === '-' ? readTextFile('stdin', () => gathered(process.stdin)) : readTextFile(path)
}

const programs: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'].map((ending) => [ending, 'node'])),
  ...Object.fromEntries(['.jsx', '.tsx'].map((ending) => [ending, 'npx tsx'])),
  '.sh': 'sh',
  '.bash': 'bash',
  '.py': 'python3',
  '.rb': 'ruby',
}

/** As YAML, a program would be a long list of mistakes. */
export function refuseProgram(path: string): void {
  const ending = extname(path).toLowerCase()
  if (!Object.hasOwn(programs, ending)) return
  throw new PlanFileError('PLAN_UNREADABLE', {
    file: path,
    message: `${path} is a program, not a plan in YAML or JSON: run it with ${programs[ending]} ${path}.`,
  })
}
