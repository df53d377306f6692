import type { Fact } from '../../events/facts.ts'
import { shownText } from '../../text/shown-text.ts'

const longest = 300

/** What the fact has for the last column of a list. Undefined where it has nothing new for it. */
export function messageOf(fact: Fact): string | undefined {
  const text = textIn(fact)
  if (text === undefined) return undefined
  const line = shownText(text).trim()
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}

function textIn(fact: Fact): string | undefined {
  switch (fact.type) {
    case 'task.output': {
      const trimmed = fact.text.trimEnd()
      const line = trimmed.slice(trimmed.lastIndexOf('\n') + 1)
      return line.trim() === '' ? undefined : line
    }
    case 'task.progress':
      return fact.message
    case 'task.warned':
      return `${fact.taskId}: ${fact.message}`
    case 'task.asked':
      return `${fact.taskId} asks: ${fact.question}`
    case 'task.retrying':
    case 'task.failed':
      return `${fact.taskId}: ${fact.failure.message}`
    case 'run.failed':
      return fact.failure?.message
    default:
      return undefined
  }
}
