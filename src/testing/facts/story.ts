import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'
import { sentenceOf } from '../../events/story-in-words.ts'
import { show } from '../../graph/read-values.ts'

const longest = 120

/** The story of a task, or of the run as a whole, a sentence a fact: `#12  +62 ms  build retrying in 5.0 s: …`. */
export function storyOf(facts: readonly RunFact[], taskId: TaskId | undefined): readonly string[] {
  const from = facts[0]?.at ?? 0
  return facts.filter((fact) => fact.taskId === taskId).map((fact) => lineOf(fact, from))
}

/** A fact as a line. Instants are counted from `from`. */
export function lineOf(fact: RunFact, from: number): string {
  const sentence = sentenceOf(fact)
  const isNumbered = 'attempt' in fact && fact.attempt > 0 && !sentence.includes(`attempt ${fact.attempt}`)
  const particulars = [
    ...(isNumbered ? [`attempt ${fact.attempt}`] : []),
    ...('failure' in fact && fact.failure !== undefined ? [fact.failure.code] : []),
    ...('output' in fact ? [`output ${short(fact.output)}`] : []),
    ...('silentMs' in fact ? [`silent for ${fact.silentMs} ms`] : []),
    ...('limitMs' in fact ? [`past ${fact.limitMs} ms`] : []),
    ...('abandoned' in fact && fact.abandoned ? ['abandoned'] : []),
    ...('until' in fact && typeof fact.until === 'number' ? [`until ${sinceStart(fact.until - from)}`] : []),
    ...(fact.causeSeq === undefined ? [] : [`because of #${fact.causeSeq}`]),
  ]
  const head = `#${fact.seq}  ${sinceStart(fact.at - from)}  ${short(sentence)}`
  return particulars.length === 0 ? head : `${head} (${particulars.join(', ')})`
}

function sinceStart(ms: number): string {
  return `+${ms} ms`
}

function short(value: unknown): string {
  const line = (typeof value === 'string' ? value : asJson(value)).replaceAll(/\s+/g, ' ')
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`
}

/** Outputs may be anything: a value without a JSON form is described in words. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? show(value)
  } catch {
    return show(value)
  }
}
