import type { Report, ReportedFailure } from '../../ports/executor.ts'
import type { CommandOutput } from './kept-output.ts'
import { type Asked, readSentence, type Sentence } from './sentence.ts'

/** So many of a kind are acted on within a second. */
const mostASecond = 50
const secondMs = 1_000

/** What anybody may say who can write to the output of a command, such as a file that is printed. */
const harmless: ReadonlySet<Sentence['says']> = new Set(['progress', 'heartbeat', 'warn'])

export interface VoiceOptions {
  readonly report: Report
  /** Whether all that stands on stdout is the command's own word. */
  readonly isTrusted: boolean
  /** Whether an agent has the attempt, whose sessions it could be about. */
  readonly hasAgent: boolean
  /** Writes a line to the command's stdin. Undefined where that is closed. */
  readonly writeLine: ((line: string) => void) | undefined
  readonly warn: (message: string) => void
}

/** How somebody who has told something hears of it. */
export interface Listener {
  readonly refused: (complaint: string) => void
  readonly heard: () => void
  readonly answered: (answer: unknown) => void
}

/** A question that waits, and who hears of it. */
interface OpenQuestion extends Pick<Listener, 'answered'> {
  readonly refused?: Listener['refused']
  readonly defaultAnswer: string | undefined
}

/** Acts on what a command says: on its stdout, or with `dagmar tell`. */
export class Voice {
  readonly #options: VoiceOptions
  readonly #warned = new Set<string>()
  readonly #counts = new Map<Sentence['says'], number>()
  #secondBegan = -Infinity
  #latest: Extract<Sentence, { says: 'progress' }> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #questions: OpenQuestion[] = []
  #output: CommandOutput | undefined
  #retryAfterMs: number | undefined
  #terminal: string | undefined

  constructor(options: VoiceOptions) {
    this.#options = options
  }

  /** What to do about a line of stdout. Nothing where the line is output, which is warned of once a kind. */
  hearLine(said: string): (() => void) | undefined {
    const { isTrusted, writeLine } = this.#options
    const sentence = readSentence(said)
    if (sentence.says === undefined) {
      return this.#refuse(
        'misspoken',
        `A line of its output begins with ::dagmar and is no message: ${sentence.complaint}.`,
      )
    }
    if (!isTrusted && !harmless.has(sentence.says)) {
      return this.#refuse(
        'untrusted',
        `A line of its output says '::dagmar ${sentence.says}', which anything it prints could say: it counts with speaks: true on the task, or with 'dagmar tell'.`,
      )
    }
    if (sentence.says === 'session' && !this.#options.hasAgent)
      return this.#refuse('session', `A line of its output leaves a session, but ${noAgent}.`)
    if (sentence.says !== 'ask') return () => this.#act(sentence)
    if (writeLine === undefined) {
      return this.#refuse(
        'ask',
        "A line of its output asks, but no answer can come: that needs stdin: answers on the task, or 'dagmar tell ask'.",
      )
    }
    if (!this.#isWithinBound('ask')) {
      return this.#refuse('asks', `It asks more than ${mostASecond} questions a second.`)
    }
    if (sentence.asks.answerWithinMs !== undefined && sentence.asks.defaultAnswer === undefined) {
      return this.#refuse(
        'endless',
        'A line of its output asks with --answer-within, and has no --default-answer to come on its stdin then.',
      )
    }
    return () => this.#ask(sentence, { answered: (answer) => writeLine(lineOf(answer)) })
  }

  /** Takes what `dagmar tell` says, whoever the task trusts. */
  hearTold(said: string, { refused, heard, answered }: Listener): void {
    const sentence = readSentence(said)
    if (sentence.says === undefined) refused(sentence.complaint)
    else if (sentence.says === 'session' && !this.#options.hasAgent) refused(noAgent)
    else if (sentence.says !== 'ask') {
      this.#act(sentence)
      heard()
    } else if (this.#isWithinBound('ask')) this.#ask(sentence, { answered, refused })
    else refused(`more than ${mostASecond} questions a second`)
  }

  answer(answer: unknown): void {
    this.#questions.shift()?.answered(answer)
  }

  /** Nobody has answered in time. */
  expire(place: number): void {
    const [late] = this.#questions.splice(place, 1)
    if (late?.defaultAnswer === undefined) late?.refused?.('nobody answered in time')
    else late.answered(late.defaultAnswer)
  }

  /** What it gave for its output, if it did. The last one counts. */
  get output(): CommandOutput | undefined {
    return this.#output
  }

  /** The failure of the command, with what it has said of further attempts. */
  judged(failure: ReportedFailure): ReportedFailure {
    const reason = this.#terminal
    return {
      ...failure,
      ...(this.#retryAfterMs === undefined ? {} : { retryAfterMs: this.#retryAfterMs }),
      ...(reason === undefined
        ? {}
        : {
            retryable: false,
            message: `${failure.message} It says that no further attempt helps: ${reason}`,
          }),
    }
  }

  /** Tells the progress that has waited. Call it before the last report. */
  close(): void {
    clearTimeout(this.#timer)
    this.#tellLatest()
  }

  #act(sentence: Exclude<Sentence, { says: 'ask' }>): void {
    const { report } = this.#options
    switch (sentence.says) {
      case 'progress':
        this.#latest = sentence
        if (this.#isWithinBound('progress')) this.#tellLatest()
        else this.#timer ??= setTimeout(() => this.#tellLatest(), secondMs)
        return
      case 'heartbeat':
        if (this.#isWithinBound('heartbeat')) report({ type: 'attempt.heartbeat' })
        return
      case 'warn':
        if (this.#isWithinBound('warn')) this.#options.warn(sentence.message)
        else
          this.#warnOnce(
            'warnings',
            `It warns more than ${mostASecond} times a second: not all of it is told.`,
          )
        return
      case 'output':
        this.#output = { output: sentence.output }
        return
      case 'usage':
        if (this.#isWithinBound('usage')) report({ type: 'attempt.usage', usage: sentence.usage })
        else
          this.#warnOnce(
            'usages',
            `It tells its usage more than ${mostASecond} times a second: not all of it counts.`,
          )
        return
      case 'session':
        if (this.#isWithinBound('session')) report({ type: 'attempt.session', session: sentence.id })
        else
          this.#warnOnce(
            'sessions',
            `It leaves more than ${mostASecond} sessions a second: not all of them count.`,
          )
        return
      case 'retry-after':
        this.#retryAfterMs = sentence.ms
        return
      case 'terminal':
        this.#terminal = sentence.reason
    }
  }

  #tellLatest(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#latest === undefined) return
    const { percent, message } = this.#latest
    this.#latest = undefined
    this.#options.report({ type: 'attempt.progress', percent, ...(message === undefined ? {} : { message }) })
  }

  #ask({ asks }: Asked, asker: Omit<OpenQuestion, 'defaultAnswer'>): void {
    this.#questions.push({ ...asker, defaultAnswer: asks.defaultAnswer })
    this.#options.report({ type: 'attempt.asked', ...asks })
  }

  #isWithinBound(says: Sentence['says']): boolean {
    const now = performance.now()
    if (now - this.#secondBegan >= secondMs) {
      this.#secondBegan = now
      this.#counts.clear()
    }
    const count = this.#counts.get(says) ?? 0
    this.#counts.set(says, count + 1)
    return count < mostASecond
  }

  #refuse(kind: string, message: string): undefined {
    this.#warnOnce(kind, message)
    return undefined
  }

  #warnOnce(kind: string, message: string): void {
    if (this.#warned.has(kind)) return
    this.#warned.add(kind)
    this.#options.warn(message)
  }
}

const noAgent = 'no agent has the attempt'

/** A text as one line, anything else as JSON. */
function lineOf(answer: unknown): string {
  const text = typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? '')
  return `${text.replaceAll(/[\r\n]+/g, ' ')}\n`
}
