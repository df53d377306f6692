import { DagmarError } from '../../errors/dagmar-error.ts'
import type { ReportedUsage } from '../../graph/handler.ts'
import { isSessionId, whatSessionIdsAre } from '../../text/session-id.ts'
import { cutEscapes } from '../../text/strip-escapes.ts'
import { toMs } from '../../time/duration.ts'
import { readUsage } from '../usage.ts'
import { noteWritten } from '../written-json.ts'
import { deepest, readJson, survives } from './read-json.ts'

/** What a command says to dagmar. */
export type Sentence =
  | { readonly says: 'progress'; readonly percent: number; readonly message: string | undefined }
  | { readonly says: 'heartbeat' }
  | { readonly says: 'warn'; readonly message: string }
  | { readonly says: 'output'; readonly output: unknown }
  | { readonly says: 'retry-after'; readonly ms: number }
  | { readonly says: 'terminal'; readonly reason: string }
  | Asked
  | { readonly says: 'usage'; readonly usage: ReportedUsage }
  | { readonly says: 'session'; readonly id: string }

/** A question, how long it waits for its answer, and what counts as that then. */
export interface Asked {
  readonly says: 'ask'
  readonly asks: {
    readonly question: string
    readonly answerWithinMs?: number
    readonly defaultAnswer?: string
  }
}

/** A sentence that nobody understands, and why. */
export interface Misspoken {
  readonly says: undefined
  readonly complaint: string
}

/** Longer texts are cut, because facts are journalled. */
const longestText = 2_000

/** Reads `progress 40 half of it` and the like: what stands after `::dagmar`, or after `dagmar tell`. */
export function readSentence(said: string): Sentence | Misspoken {
  const text = cutEscapes(said).trim()
  const end = text.search(/\s/)
  const word = end === -1 ? text : text.slice(0, end)
  const rest = end === -1 ? '' : text.slice(end).trimStart()
  switch (word) {
    case 'progress':
      return readProgress(rest)
    case 'heartbeat':
      return rest === '' ? { says: 'heartbeat' } : misspoken('heartbeat stands alone')
    case 'warn':
      return rest === '' ? misspoken('warn needs a text') : { says: 'warn', message: cut(rest) }
    case 'output':
      return readOutput(rest)
    case 'usage':
      return readUsed(rest)
    case 'session':
      return isSessionId(rest)
        ? { says: 'session', id: rest }
        : misspoken(`session needs ${whatSessionIdsAre}`)
    case 'retry-after': {
      const ms = toMs(rest)
      return ms === undefined
        ? misspoken("retry-after needs a length of time, such as '30s'")
        : { says: 'retry-after', ms }
    }
    case 'terminal':
      return rest === '' ? misspoken('terminal needs a reason') : { says: 'terminal', reason: cut(rest) }
    case 'ask':
      return readQuestion(rest)
    case '':
      return misspoken('nothing follows')
    default:
      return misspoken(
        `'${word.slice(0, 40)}' is none of progress, heartbeat, warn, output, usage, session, retry-after, terminal and ask`,
      )
  }
}

/** `--answer-within 5m --default-answer no Overwrite it?` */
function readQuestion(rest: string): Sentence | Misspoken {
  const limit: { answerWithinMs?: number; defaultAnswer?: string } = {}
  let question = rest
  for (;;) {
    const [option, name, value] = /^--(answer-within|default-answer)[\s=]+(\S+)\s*/.exec(question) ?? []
    if (option === undefined) break
    question = question.slice(option.length)
    if (name === 'default-answer') limit.defaultAnswer = cut(value!)
    else {
      const ms = toMs(value)
      if (ms === undefined || ms === 0)
        return misspoken("--answer-within needs a length of time, such as '5m'")
      limit.answerWithinMs = ms
    }
  }
  return question === ''
    ? misspoken('ask needs a question')
    : { says: 'ask', asks: { question: cut(question), ...limit } }
}

function readProgress(rest: string): Sentence | Misspoken {
  const end = rest.search(/\s/)
  const number = end === -1 ? rest : rest.slice(0, end)
  if (number.length > 20 || !/^\d+(?:\.\d+)?%?$/.test(number)) {
    return misspoken('progress needs a number from 0 to 100, and perhaps a text')
  }
  const percent = Number(number.replace('%', ''))
  return { says: 'progress', percent, message: end === -1 ? undefined : cut(rest.slice(end).trimStart()) }
}

/** Any JSON. A number that JavaScript cannot hold stands for itself only within an object or a list. */
function readOutput(rest: string): Sentence | Misspoken {
  const json = readJson(rest)
  if (json === 'too deep') return misspoken(`the JSON of output is more than ${deepest} deep`)
  if (json !== undefined) {
    noteWritten(json.value, rest, json.changed)
    return { says: 'output', output: json.value }
  }
  try {
    const output: unknown = JSON.parse(rest)
    if (typeof output !== 'number' || survives(rest)) return { says: 'output', output }
  } catch {
    return misspoken('output needs JSON')
  }
  return misspoken('output needs a number that JavaScript can hold, or a text')
}

function readUsed(rest: string): Sentence | Misspoken {
  try {
    return { says: 'usage', usage: readUsage(JSON.parse(rest)) }
  } catch (thrown) {
    // What JSON.parse says quotes the text.
    return misspoken(
      thrown instanceof DagmarError
        ? thrown.message.replace(/\.$/, '')
        : 'usage needs JSON, such as {"inputTokens":1}',
    )
  }
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}

function misspoken(complaint: string): Misspoken {
  return { says: undefined, complaint }
}
