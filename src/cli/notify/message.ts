import type { TaskId } from '../../../machines/outcome.ts'
import { limitInWords } from '../../events/explanation.ts'
import type { Fact } from '../../events/facts.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { NotifiedEvent } from '../../plan-file/notification.ts'
import { shownText } from '../../text/shown-text.ts'
import { withNoun } from '../../text/with-noun.ts'
import { showMs } from '../../time/show-ms.ts'

/** What a notification says. No output of a task is in it. */
export interface Message {
  /** The same whenever it is tried again. */
  readonly id: string
  readonly event: NotifiedEvent
  readonly runId: string
  /** What the plan is called. */
  readonly name: string
  readonly taskId?: TaskId
  /** How the run ended, or what the task is. */
  readonly status: 'stalled' | 'asked' | 'failed' | 'killed' | 'completed'
  /** Epoch milliseconds. */
  readonly at: number
  /** What happened first, then what it comes from. */
  readonly sentences: readonly string[]
}

type Noticed = Extract<Fact, { type: 'task.stalled' | 'task.asked' }>

const longest = 2_000
const mostCauses = 10

export function messageOfTask(fact: Noticed, name: string): Message {
  const { runId, taskId, at, seq } = fact
  const event = fact.type === 'task.stalled' ? 'stalled' : 'asked'
  const sentences = [`${taskId} in ${name}: ${sentenceOf(fact)}`].map(sentence)
  return { id: `${runId}/${seq}`, event, runId, name, taskId, status: event, at, sentences }
}

function sentenceOf(fact: Noticed): string {
  if (fact.type === 'task.stalled') {
    const end = fact.until === undefined ? '' : `, and will be ended in ${showMs(fact.until - fact.at)}`
    return `no sign of work for ${showMs(fact.silentMs)}${end}.`
  }
  const { question, until, defaultAnswer } = fact
  const limit = until === undefined ? '' : ` It ${limitInWords({ until, defaultAnswer }, fact.at)}.`
  if (fact.of === 'failure') return `failed, and asks what now. ${fact.failure?.message ?? question}${limit}`
  return `${fact.of === 'confirm' ? 'may it start? ' : ''}${question}${limit}`
}

export function messageOfRun(result: RunResult): Message {
  const { runId, name, status, settledAt: at, counts, durationMs } = result
  const numbers = Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]))
  const after = `${name} ${status === 'killed' ? 'was killed' : status} after ${showMs(durationMs)}`
  const causes = result.rootCauses.map(({ taskId, failure }) => `${taskId}: ${failure.message}`)
  const more = causes.length - mostCauses
  const sentences = [
    `${after}: ${numbers.join(', ') || 'no tasks'}.`,
    ...(result.failure === undefined ? [] : [result.failure.message]),
    ...(result.reason === undefined ? [] : [`The reason: ${result.reason}`]),
    ...causes.slice(0, mostCauses),
    ...(more > 0 ? [`… and ${withNoun(more, 'more task')}.`] : []),
  ].map(sentence)
  const event = status === 'completed' ? 'completed' : 'failed'
  return { id: `${runId}/end`, event, runId, name, status, at, sentences }
}

/** As JSON in which nothing begins a tag, for those that show it as it comes. */
export function jsonOfMessage(message: Message): string {
  return JSON.stringify(message).replaceAll('<', String.raw`\u003c`)
}

function sentence(text: string): string {
  const shown = shownText(text)
  return shown.length > longest ? `${shown.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…` : shown
}
