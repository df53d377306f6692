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
  if (fact.type === 'task.output') {
    const trimmed = fact.text.trimEnd()
    const line = trimmed.slice(trimmed.lastIndexOf('\n') + 1)
    return line.trim() === '' ? undefined : line
  }
  if (fact.type === 'task.progress') return fact.message
  if (fact.type === 'task.warned') return `${fact.taskId}: ${fact.message}`
  if (fact.type === 'task.asked') return `${fact.taskId} asks: ${fact.question}`
  if (fact.type === 'task.retrying' || fact.type === 'task.failed')
    return `${fact.taskId}: ${fact.failure.message}`
  return fact.type === 'run.failed' ? fact.failure?.message : undefined
}
