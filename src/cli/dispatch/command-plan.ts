import { command } from '../../executors/command.ts'
import type { PlanDefinition } from '../../graph/make-plan.ts'
import { plan } from '../../graph/make-plan.ts'
import type { PlanFile } from '../../plan-file/parse-plan.ts'

const longestName = 60

/** A plan of one task, called after the command. A single word with blanks is a line for the shell. */
export function commandPlan(words: readonly string[], cwd: string): PlanFile {
  const [first = '', ...rest] = words
  const isLine = rest.length === 0 && /\s/.test(first.trim())
  const name = nameOf(words)
  const run = isLine ? command(first, { cwd }) : command(first, rest, { cwd })
  const definition: PlanDefinition = { name, tasks: [[name, { run }]] }
  return {
    file: 'command',
    plan: plan(definition),
    input: undefined,
    definition,
    groups: new Map(),
    notify: [],
    warnings: [],
  }
}

function nameOf(words: readonly string[]): string {
  const text = words
    .join(' ')
    .replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  const cut = [...text].slice(0, longestName).join('')
  return cut === text ? text : `${cut.trimEnd()}…`
}
