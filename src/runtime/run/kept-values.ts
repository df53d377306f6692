import { asError, thrownText } from '../../errors/foreign-value.ts'
import type { Fact, RunFact } from '../../events/facts.ts'
import { writtenText } from '../../executors/written-json.ts'
import type { Codec, RedactOptions } from '../../ports/codec.ts'
import type { AttemptReport } from '../../ports/executor.ts'
import { patternOf, redacted } from '../../text/redacted.ts'
import type { Kept } from '../shared.ts'
import { jsonCodec } from './json-codec.ts'

/** Shorter values are found everywhere: to mask them would make texts unreadable, and hide nothing. */
const shortestSecret = 4

type Places = readonly (string | RegExp)[]
type Completed = Extract<RunFact, { type: 'task.completed' }>
type Created = Extract<RunFact, { type: 'run.created' }>

/** What becomes of values on their way into facts: they pass the codec, and secrets are taken out. */
export class KeptValues implements Kept {
  /** Undefined where outputs are kept as they are. */
  readonly #codec: Codec | undefined
  readonly #redact: Required<RedactOptions>
  readonly #secrets = new Set<string>()
  #pattern: RegExp | undefined

  constructor(codec: Codec | undefined, isDurable: boolean, redact: RedactOptions = {}) {
    this.#codec = codec ?? (isDurable ? jsonCodec : undefined)
    this.#redact = { environment: [], inputs: [], outputs: [], ...redact }
    this.learnFrom(process.env)
  }

  /** The values that are not to be told. */
  get secrets(): ReadonlySet<string> {
    return this.#secrets
  }

  /** Values of environment variables become known. */
  learnFrom(variables: Readonly<Record<string, string | undefined>>): void {
    const { environment } = this.#redact
    if (environment.length === 0) return
    for (const [name, value] of Object.entries(variables)) if (isAt(environment, name)) this.#learn(value)
  }

  /** The report, with the output as dependents get it: what comes back from what is kept of it. */
  heard(report: AttemptReport): AttemptReport {
    const codec = this.#codec
    // The JSON of a command is handed on as it was written.
    if (
      report.type !== 'attempt.completed' ||
      codec === undefined ||
      writtenText(report.output) !== undefined
    )
      return report
    try {
      return { ...report, output: codec.decode(codec.encode(report.output)) }
    } catch (thrown) {
      const why = asError(thrown) instanceof RangeError ? 'it is nested too deep' : thrownText(thrown)
      const message = `The output cannot be kept in the store: ${why}.`
      return {
        type: 'attempt.failed',
        failure: { code: 'OUTPUT_NOT_SERIALISABLE', message, retryable: false },
      }
    }
  }

  /** The fact as it is told. */
  told<F extends Fact>(fact: F): F {
    if (fact.type === 'task.completed') return this.#completed(fact) as F
    if (fact.type === 'run.created') return this.#created(fact) as F
    if (this.#pattern === undefined) return fact
    const { type, runId, taskId, ...said } = fact
    const masked = this.#masked(said)
    return masked === said
      ? fact
      : ({ type, runId, ...(taskId === undefined ? {} : { taskId }), ...masked } as F)
  }

  /** What a journal has of an output, as dependents get it. */
  restored(kept: unknown): unknown {
    return this.#codec === undefined ? kept : this.#codec.decode(kept)
  }

  #completed(fact: Completed): Completed {
    const { output, ...rest } = fact
    const text = writtenText(output)
    const kept = text !== undefined || this.#codec === undefined ? output : this.#codec.encode(output)
    const secret: string[] = []
    const shown = this.#without(kept, fact.taskId, this.#redact.outputs, secret)
    if (secret.length > 0) return { ...rest, output: shown, redacted: secret }
    if (text === undefined || text === JSON.stringify(output))
      return kept === output ? fact : { ...rest, output: kept }
    return { ...rest, output, written: text }
  }

  #created(fact: Created): Created {
    if (fact.input === undefined) return fact
    const secret: string[] = []
    const input = this.#without(fact.input, '', this.#redact.inputs, secret)
    return secret.length === 0 ? fact : { ...fact, input, redacted: secret }
  }

  /** The value without what lies at these places, which becomes known, and without what is known. */
  #without(value: unknown, place: string, places: Places, secret: string[]): unknown {
    if (isAt(places, place)) {
      this.#learnAll(value)
      secret.push(place)
      return redacted
    }
    if (typeof value === 'string') {
      const shown = this.#pattern === undefined ? value : value.replaceAll(this.#pattern, redacted)
      if (shown !== value) secret.push(place)
      return shown
    }
    if (typeof value !== 'object' || value === null) return value
    if (places.length === 0 && this.#pattern === undefined) return value
    const before = secret.length
    const parts = Object.entries(value).map(([name, part]): [string, unknown] => [
      name,
      this.#without(part, place === '' ? name : `${place}.${name}`, places, secret),
    ])
    if (secret.length === before) return value
    return Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts)
  }

  #learnAll(value: unknown): void {
    if (typeof value === 'object' && value !== null)
      for (const part of Object.values(value)) this.#learnAll(part)
    else this.#learn(value)
  }

  #learn(value: unknown): void {
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
    if (text.length < shortestSecret || this.#secrets.has(text)) return
    this.#secrets.add(text)
    this.#pattern = patternOf(this.#secrets)
  }

  #masked<T>(value: T): T {
    if (typeof value === 'string') return value.replaceAll(this.#pattern!, redacted) as T
    if (typeof value !== 'object' || value === null) return value
    let isChanged = false
    const parts = Object.entries(value).map(([name, part]): [string, unknown] => {
      const masked: unknown = this.#masked(part)
      isChanged ||= masked !== part
      return [name, masked]
    })
    if (!isChanged) return value
    return (Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts)) as T
  }
}

function isAt(places: Places, place: string): boolean {
  return places.some((one) => {
    if (typeof one === 'string') return one === place
    // One with the flag g would go on where it was.
    one.lastIndex = 0
    return one.test(place)
  })
}
