import type { Command } from 'commander'
import type { PlanFile } from '../plan-file/parse-plan.ts'
import { withNoun } from '../text/with-noun.ts'
import { levelsOf } from './picture/levels.ts'

const examples = `
Examples:
  dagmar check plan.yaml           ok, or every problem with its line and column
  dagmar check plan.yaml --json    the same for programs
  dagmar check plan.yaml --ids     what the tasks are called

Exit codes: 0 sound, 2 not.
`

interface CheckFlags {
  readonly json?: boolean
  readonly ids?: boolean
}

/** `dagmar check`: says what is wrong with a plan, and runs nothing. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .summary('say what is wrong with a plan')
    .description('Reads a plan and says what is wrong with it, if anything. Nothing is run.')
    .argument('<plan>', 'a plan file, YAML or JSON; - is stdin')
    .option('--json', 'print the counts, or the problems, as one JSON object')
    .option('--ids', 'print the ids of the tasks, one a line; those of a matrix after its own')
    .addHelpText('after', examples)
    .action(async (path: string, flags: CheckFlags, command: Command) => {
      const output = command.configureOutput()
      const { PlanFileError } = await import('../errors/plan-file-error.ts')
      const { readPlan } = await import('./read-plan.ts')
      try {
        const planFile = await readPlan(path)
        output.writeOut!(
          flags.ids === true ? idLines(planFile) : flags.json === true ? jsonOf(planFile) : lineOf(planFile),
        )
      } catch (error) {
        if (flags.json !== true || !(error instanceof PlanFileError)) throw error
        const { file, code, problem: message, problems } = error
        output.writeOut!(`${JSON.stringify({ ok: false, file, code, message, problems })}\n`)
        process.exitCode = 2
      }
    })
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
  return `ok  ${planFile.file}: ${parts.join(', ')}\n`
}

function jsonOf(planFile: PlanFile): string {
  const { file, plan } = planFile
  return `${JSON.stringify({ ok: true, file, name: plan.name, ...countsOf(planFile) })}\n`
}

function idLines({ plan, groups }: PlanFile): string {
  const firsts = new Map([...groups].map(([group, ids]) => [ids[0]!, group]))
  return plan.tasks
    .flatMap(({ id }) => [...(firsts.has(id) ? [firsts.get(id)!] : []), id])
    .map((id) => `${id}\n`)
    .join('')
}
