import type { SkipReason } from '../../../machines/outcome.ts'
import type { Fact } from '../../events/facts.ts'
import { showMs } from '../../time/duration.ts'
import { withNoun } from '../../text/with-noun.ts'
import { shownLines, shownText } from '../../text/shown-text.ts'
import type { Span } from '../screen/spans.ts'
import type { RunProgress } from './run-progress.ts'

/**
 * How much a line matters. `alarm`: somebody may want to act. `event`: a task came on or ended. `output`: what a task
 * put out. `detail`: the bookkeeping between.
 */
export type Weight = 'alarm' | 'event' | 'output' | 'detail'

export interface FactLine {
  readonly weight: Weight
  readonly spans: readonly Span[]
}

/** The lines of a fact: of output as many as it has, else one or none. */
export function factLines(fact: Fact, progress: RunProgress): readonly FactLine[] {
  if (fact.type === 'task.output') {
    return shownLines(fact.text).map((line) => ({
      weight: 'output',
      spans: [
        ['| ', 'faint'],
        [line, 'plain'],
      ],
    }))
  }
  const line = factLine(fact, progress)
  return line === undefined ? [] : [line]
}

type OtherFact = Exclude<Fact, { type: 'task.output' }>

/** What there is to say of a fact beside time and task; nothing where another line says it. */
function factLine(fact: OtherFact, progress: RunProgress): FactLine | undefined {
  switch (fact.type) {
    case 'run.created':
      return event([`${fact.name}: ${withNoun(fact.structure.length, 'task')}, run ${fact.runId}`, 'strong'])
    case 'run.paused':
      return event(['paused', 'odd'])
    case 'run.resumed':
      return event(['resumed', 'plain'])
    case 'run.recovered':
      return event(['recovered', 'plain'])
    case 'run.redriven':
      return event([`redriven: ${withNoun(fact.tasks.length, 'task')}`, 'plain'])
    case 'run.killing':
      // Somebody who kills a run knows it; a run that ends by itself has to say so.
      return fact.failure === undefined
        ? detail(`killing: ${shownText(fact.reason)}`)
        : alarm(['killing the rest: ', 'bad'], [shownText(fact.failure.message), 'plain'])
    case 'run.draining':
      return detail(`draining: ${shownText(fact.reason)}`)
    case 'task.started':
      return event([fact.attempt === 1 ? 'started' : `started, attempt ${fact.attempt}`, 'busy'])
    case 'task.completed':
      return event([`completed${took(fact.taskId, fact.at, progress)}`, 'good'])
    case 'task.retrying':
      return alarm(
        [`retrying in ${showMs(fact.until - fact.at)}: `, 'odd'],
        [shownText(fact.failure.message), 'plain'],
      )
    case 'task.stalled':
      return alarm([
        `stalled, no sign of work${fact.until === undefined ? '' : `, to be ended in ${showMs(fact.until - fact.at)}`}`,
        'odd',
      ])
    case 'task.unstalled':
      return event(['goes on', 'plain'])
    case 'task.failed':
      return alarm(
        [`failed${fact.ignored ? ' (ignored)' : ''}: `, fact.ignored ? 'odd' : 'bad'],
        [shownText(fact.failure.message), 'plain'],
      )
    case 'task.killed':
      return { weight: unlessEnding(progress), spans: [[`killed: ${shownText(fact.reason)}`, 'bad']] }
    case 'task.skipped':
      return skipped(fact.because, fact.causedBy)
    case 'task.warned':
      return {
        weight: unlessEnding(progress),
        spans: [
          ['warning: ', 'odd'],
          [shownText(fact.message), 'plain'],
        ],
      }
    case 'task.asked':
      return fact.of === 'handler'
        ? alarm(['asks: ', 'odd'], [shownText(fact.question), 'plain'])
        : alarm(
            ['failed and asks what now: ', 'bad'],
            [shownText(fact.failure?.message ?? fact.question), 'plain'],
            [lastLine(fact.failure?.output), 'plain'],
          )
    case 'task.answered':
      return event([`was answered: ${shownText(answerText(fact.answer))}`, 'plain'])
    case 'task.abandoned':
      return alarm(['could not be ended and is abandoned', 'bad'])
    case 'task.stopping':
      return fact.reason === 'kill'
        ? detail('being ended')
        : event([`being ended: ${fact.reason.replace('-', ' ')}`, 'odd'])
    case 'task.progress':
      return detail(
        `${Math.round(fact.percent)} %${fact.message === undefined ? '' : ` ${shownText(fact.message)}`}`,
      )
    case 'stream.lagged':
      return alarm([`${fact.missed} facts were missed`, 'odd'])
    case 'observer.failed':
      return alarm(['an observer failed: ', 'odd'], [shownText(fact.message), 'plain'])
    case 'task.ready':
    case 'task.dispatched':
    case 'task.deferred':
    case 'task.starting':
    case 'task.placed':
    case 'task.redriven':
    case 'task.dead-lettered':
      return detail(fact.type.slice(fact.type.indexOf('.') + 1).replace('-', ' '))
    case 'run.started':
    case 'run.completed':
    case 'run.failed':
    case 'run.killed':
      return undefined
  }
}

/** What was skipped with the whole run is counted at the end, not told task by task. */
function skipped(because: SkipReason, causedBy: string | undefined): FactLine {
  const spans: Span[] = [
    [`skipped${causedBy === undefined ? '' : ` because of ${causedBy}`} (${because})`, 'odd'],
  ]
  return { weight: because.startsWith('run-') ? 'detail' : 'event', spans }
}

/** What happens to tasks while their run is being ended surprises nobody. */
function unlessEnding({ state }: RunProgress): Weight {
  return state === 'draining' || state === 'killing' ? 'event' : 'alarm'
}

function took(taskId: string, at: number, progress: RunProgress): string {
  const startedAt = progress.tasks.get(taskId)?.startedAt
  return startedAt === undefined ? '' : ` in ${showMs(at - startedAt)}`
}

function answerText(answer: unknown): string {
  return typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? 'nothing')
}

const alarm = (...spans: Span[]): FactLine => ({ weight: 'alarm', spans })
const event = (...spans: Span[]): FactLine => ({ weight: 'event', spans })
const detail = (text: string): FactLine => ({ weight: 'detail', spans: [[text, 'faint']] })

/** The last line of its output, which helps to answer what to do. */
function lastLine(output: readonly string[] | undefined): string {
  const last = output?.at(-1)
  return last === undefined ? '' : ` Its last line: ${shownText(last)}`
}
