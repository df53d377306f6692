import { asCommandWork } from '../../executors/command.ts'
import { asPromptWork } from '../../executors/prompt.ts'
import { isGroup } from '../../graph/group.ts'
import { shownText } from '../../text/shown-text.ts'

/** The work of a task as one line: its command as it could be typed, or the name of its executor. */
export function shownWork(work: unknown, executor: string): string {
  if (isGroup({ work })) return '(group)'
  const prompt = executor === 'process' ? asPromptWork(work)?.prompt : undefined
  if (prompt !== undefined) return `prompt: ${shownText(firstLine(prompt))}`
  const command = executor === 'process' ? asCommandWork(work) : undefined
  if (command === undefined) return `(${executor})`
  const line = typeof command.run === 'string' ? firstLine(command.run) : command.run.map(quoted).join(' ')
  return shownText(line)
}

function firstLine(script: string): string {
  const lines = script.trim().split('\n')
  return lines.length === 1 ? lines[0]! : `${lines[0]} …`
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`
}
