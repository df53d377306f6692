import type { OutputConfiguration } from 'commander'
import { PlanFileError } from '../../errors/plan-file-error.ts'
import { warningLine } from '../../plan-file/literal-dollars.ts'
import type { PlanFile } from '../../plan-file/parse-plan.ts'
import { shownJson } from '../../text/shown-json.ts'
import { shownText } from '../../text/shown-text.ts'
import { withNoun } from '../../text/with-noun.ts'
import { levelsOf } from '../picture/levels.ts'
import { readPlan } from '../read-plan.ts'

export interface CheckFlags {
  readonly json?: boolean
  readonly ids?: boolean
}

/** Writes what is to be said about the plan, and returns the exit code. */
export async function checkCommand(
  path: string,
  flags: CheckFlags,
  output: OutputConfiguration,
): Promise<number> {
  try {
    const planFile = await readPlan(path)
    output.writeOut!(
      flags.ids === true ? idLines(planFile) : flags.json === true ? jsonOf(planFile) : lineOf(planFile),
    )
    return 0
  } catch (error) {
    if (flags.json !== true || !(error instanceof PlanFileError)) throw error
    const { file, code, problem: message, problems } = error
    output.writeOut!(`${shownJson(JSON.stringify({ ok: false, file, code, message, problems }))}\n`)
    return 2
  }
}

/** The size and the form of a plan. */
function countsOf({ plan }: PlanFile) {
  const levels = levelsOf(plan)
  return {
    tasks: plan.tasks.length,
    dependencies: plan.tasks.reduce((sum, { needs }) => sum + needs.length, 0),
    longestChain: levels.length,
    widestLevel: Math.max(0, ...levels.map((level) => level.length)),
  }
}

function lineOf(planFile: PlanFile): string {
  const { tasks, dependencies, longestChain, widestLevel } = countsOf(planFile)
  const parts = [
    withNoun(tasks, 'task'),
    withNoun(dependencies, 'dependency', 'dependencies'),
    `longest chain ${longestChain}`,
    `at most ${widestLevel} side by side`,
  ]
  const lines = [
    `ok  ${shownText(planFile.file)}: ${parts.join(', ')}`,
    ...planFile.warnings.map((warning) => shownText(warningLine(warning))),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function jsonOf(planFile: PlanFile): string {
  const { file, plan, warnings } = planFile
  const more = warnings.length === 0 ? {} : { warnings }
  return `${shownJson(JSON.stringify({ ok: true, file, name: plan.name, ...countsOf(planFile), ...more }))}\n`
}

function idLines({ plan, groups }: PlanFile): string {
  const firsts = new Map([...groups].map(([group, ids]) => [ids[0]!, group]))
  return (
    plan.tasks
      .flatMap(({ id }) => [...(firsts.has(id) ? [firsts.get(id)!] : []), id])
      // Programs need them as they are.
      .map((id) => `${process.stdout.isTTY ? shownText(id) : id}\n`)
      .join('')
  )
}
