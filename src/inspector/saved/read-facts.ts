import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { DagmarError, type ErrorCode } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { type Fact, isRunEnd, isRunFact } from '../../events/facts.ts'
import { RunFolder } from '../../events/fold.ts'
import { isRecord, show } from '../../graph/read-values.ts'
import { factFields } from './fact-fields.ts'

/** The facts of one run, as they were written down. */
export interface SavedFacts {
  readonly facts: readonly Fact[]
  /** What a person should know of them, as sentences: that the last line is cut, or that the run has not ended. */
  readonly notes: readonly string[]
}

/**
 * Reads what `dagmar run --json` has printed, from a file or from a stream of it. A last line that is cut, as of a run
 * that was interrupted, is left out. Rejects with `FACTS_INVALID` for what cannot be read, is damaged, or are not the
 * facts of one run; with `FACTS_GAP` where some are missing; with `FACTS_VERSION` for facts that this version does not know.
 * `name` is what errors and notes call it: by default the path, and of a stream `the input`.
 */
export async function readFacts(
  from: string | AsyncIterable<string | Uint8Array>,
  name: string = typeof from === 'string' ? from : theInput,
): Promise<SavedFacts> {
  const reading = new Reading(name)
  try {
    for await (const chunk of typeof from === 'string' ? createReadStream(from) : from) reading.take(chunk)
  } catch (thrown) {
    if (thrown instanceof DagmarError) throw thrown
    throw new DagmarError('FACTS_INVALID', {
      message: `${first(name)} cannot be read: ${thrownText(thrown)}.`,
      cause: thrown,
    })
  }
  return reading.end()
}

const theInput = 'the input'

/** A name as the first word of a sentence. */
function first(name: string): string {
  return name === theInput ? 'The input' : name
}

const whatIsRead = 'Give what dagmar run --json has printed, whole, in one file a run.'

class Reading {
  readonly #name: string
  readonly #decoder = new StringDecoder('utf8')
  readonly #facts: Fact[] = []
  readonly #folder = new RunFolder()
  #tail = ''
  #line = 0
  #seq = 0
  #runId: string | undefined
  readonly #taskIds = new Set<string>()
  #hasResult = false

  constructor(name: string) {
    this.#name = name
  }

  take(chunk: string | Uint8Array): void {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(Buffer.from(chunk))
    const lines = text.split('\n')
    lines[0] = this.#tail + lines[0]!
    this.#tail = lines.pop()!
    for (const line of lines) this.#takeLine(line)
  }

  end(): SavedFacts {
    const rest = (this.#tail + this.#decoder.end()).trim()
    const isCut = rest !== '' && !isJson(rest) && this.#facts.length > 0
    if (rest !== '' && !isCut) this.#takeLine(rest)
    if (this.#facts.length === 0) {
      const held = this.#hasResult ? 'has the result of a run, and none of its facts' : 'is empty'
      throw this.#fault('FACTS_INVALID', `${first(this.#name)} ${held}.`)
    }
    const hasEnded = this.#facts.some(isRunEnd)
    return {
      facts: this.#facts,
      notes: [
        ...(isCut ? [`Line ${this.#line + 1} of ${this.#name} is cut: the run is shown up to there.`] : []),
        ...(hasEnded
          ? []
          : [`The run has no end in ${this.#name}: it was still going on, or was interrupted.`]),
      ],
    }
  }

  #takeLine(line: string): void {
    this.#line++
    const text = this.#line === 1 ? line.replace(/^\uFEFF/, '').trim() : line.trim()
    if (text === '') return
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw this.#facts.length === 0 ? this.#noFacts() : this.#bad('is damaged: it is no JSON')
    }
    if (!isRecord(value) || typeof value['type'] !== 'string') throw this.#noFacts()
    if (value['type'] === 'result' && !('at' in value)) this.#hasResult = true
    else this.#takeFact(value as Readonly<Record<string, unknown>> & { readonly type: string })
  }

  #takeFact(value: Readonly<Record<string, unknown>> & { readonly type: string }): void {
    const { type, runId, at } = value
    if (typeof runId !== 'string' || typeof at !== 'number') throw this.#noFacts()
    const fields = Object.hasOwn(factFields, type) ? factFields[type as Fact['type']] : undefined
    if (fields === undefined) throw this.#unknown(`has a fact of the type ${show(type)}`)
    const missing =
      fields.find((field) => !isThere(field, value[field])) ??
      (value['structure'] === undefined || isThere('structure', value['structure']) ? undefined : 'structure')
    if (missing !== undefined) throw this.#unknown(`has a fact ${type} without its ${missing}`)
    this.#runId ??= runId
    if (runId !== this.#runId) {
      throw this.#bad(`is of another run: ${show(runId)}, where those before are of ${show(this.#runId)}`)
    }
    this.#add(value as unknown as Fact)
  }

  #add(fact: Fact): void {
    if (isRunFact(fact)) {
      if (fact.seq !== this.#seq + 1 || (fact.seq === 1) !== (fact.type === 'run.created'))
        throw this.#gap(fact.seq)
      this.#seq = fact.seq
      if ('structure' in fact) for (const { id } of fact.structure ?? []) this.#taskIds.add(id)
    } else if (this.#seq === 0) throw this.#gap(fact.afterSeq + 1)
    if (fact.taskId !== undefined && !this.#taskIds.has(fact.taskId)) {
      throw this.#bad(`is of a task ${show(fact.taskId)} that the run does not have`)
    }
    try {
      this.#folder.apply(fact)
    } catch (thrown) {
      throw this.#bad(`does not go with those before: ${thrownText(thrown)}`)
    }
    this.#facts.push(fact)
  }

  #gap(seq: number): DagmarError {
    const wanted = this.#seq === 0 ? 'run.created, the first fact of a run,' : `the fact ${this.#seq + 1}`
    return this.#fault(
      'FACTS_GAP',
      `Line ${this.#line} of ${this.#name} has the fact ${seq}, but ${wanted} is missing.`,
    )
  }

  #bad(what: string): DagmarError {
    return this.#fault('FACTS_INVALID', `Line ${this.#line} of ${this.#name} ${what}.`)
  }

  #noFacts(): DagmarError {
    return this.#bad('is no fact of a run')
  }

  #unknown(what: string): DagmarError {
    return new DagmarError('FACTS_VERSION', {
      message: `Line ${this.#line} of ${this.#name} ${what}, which this version of dagmar does not know.`,
      hint: 'Open it with the version of dagmar that wrote it.',
      facts: { file: this.#name, line: this.#line },
    })
  }

  #fault(code: ErrorCode, message: string): DagmarError {
    return new DagmarError(code, { message, hint: whatIsRead, facts: { file: this.#name, line: this.#line } })
  }
}

function isThere(field: string, value: unknown): boolean {
  switch (field) {
    case 'seq':
    case 'afterSeq':
    case 'attempt':
      return Number.isSafeInteger(value)
    case 'structure':
      return Array.isArray(value) && value.every(isTask)
    case 'tasks':
      return Array.isArray(value)
    case 'limits':
      return isRecord(value) && isRecord(value['pools'])
    case 'failure':
      return isRecord(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string'
    case 'until':
    case 'silentMs':
    case 'percent':
    case 'missed':
      return typeof value === 'number'
    default:
      return typeof value === 'string'
  }
}

function isTask(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['id'] === 'string' &&
    Array.isArray(value['needs']) &&
    isRecord(value['uses'])
  )
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
