import type { TaskId } from '../../../machines/outcome.ts'
import { inWords } from '../../events/fact-in-words.ts'
import type { RunFact } from '../../events/facts.ts'
import { show } from '../../graph/read-values.ts'

const longest = 80

/** The story of a task, or of the run as a whole, as lines: `#12  +62 ms  task.retrying  attempt 1 · …`. */
export function storyOf(facts: readonly RunFact[], taskId: TaskId | undefined): readonly string[] {
  const from = facts[0]?.at ?? 0
  return facts.filter((fact) => fact.taskId === taskId).map((fact) => lineOf(fact, from))
}

/** A fact as a line. Instants are counted from `from`. */
export function lineOf(fact: RunFact, from: number): string {
  const about = [
    ...('attempt' in fact && fact.attempt > 0 ? [`attempt ${fact.attempt}`] : []),
    ...particulars(fact),
    ...('until' in fact && typeof fact.until === 'number' ? [`until ${sinceStart(fact.until - from)}`] : []),
    ...(fact.causeSeq === undefined ? [] : [`because of #${fact.causeSeq}`]),
  ]
  const head = `#${fact.seq}  ${sinceStart(fact.at - from)}  ${fact.type}`
  return about.length === 0 ? head : `${head}  ${about.join(' · ')}`
}

function sinceStart(ms: number): string {
  return `+${ms} ms`
}

/** What the name of the fact does not say. */
function particulars(fact: RunFact): string[] {
  const { about } = inWords(fact)
  const code = 'failure' in fact && fact.failure !== undefined ? `${fact.failure.code}: ` : ''
  return [
    ...(about === undefined ? [] : [short(code + about)]),
    ...('structure' in fact ? [`${fact.structure.length} tasks`] : []),
    ...('output' in fact ? [`output ${short(fact.output)}`] : []),
    ...('silentMs' in fact ? [`silent for ${fact.silentMs} ms`] : []),
    ...('limitMs' in fact ? [`past ${fact.limitMs} ms`] : []),
    ...('because' in fact
      ? [fact.because + (fact.causedBy === undefined ? '' : ` of ${fact.causedBy}`)]
      : []),
    ...('ignored' in fact && fact.ignored ? ['ignored'] : []),
    ...('abandoned' in fact && fact.abandoned ? ['abandoned'] : []),
  ]
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
