import { command } from '../../executors/command.ts'
import type { PlanDefinition } from '../../graph/make-plan.ts'

const longestName = 60

/**
 * A plan of one task, called after the command. A single word with blanks is a line for the shell. Throws what `command()`
 * does.
 */
export function commandDefinition(words: readonly string[], cwd: string): PlanDefinition {
  const [first = '', ...rest] = words
  const isLine = rest.length === 0 && /\s/.test(first.trim())
  const name = nameOf(words)
  const run = isLine ? command(first, { cwd }) : command(first, rest, { cwd })
  return { name, tasks: [[name, { run }]] }
}

function nameOf(words: readonly string[]): string {
  const text = words
    .join(' ')
    .replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  const cut = Array.from(text).slice(0, longestName).join('')
  return cut === text ? text : `${cut.trimEnd()}…`
}
