import type { Fact } from '../../events/facts.ts'
import { limitInWords } from '../../events/explanation.ts'
import { inWords } from '../../events/fact-in-words.ts'
import { colouredLines, shownText } from '../../text/shown-text.ts'
import { showMs } from '../../time/show-ms.ts'
import type { Tone } from '../screen/colours.ts'
import type { Span } from '../screen/spans.ts'
import type { RunProgress } from './run-progress.ts'

/**
 * How much a line matters. `alarm`: somebody may want to act. `end`: a task is completed. `event`: a task came on.
 * `output`: what a task put out. `detail`: the bookkeeping between.
 */
export type Weight = 'alarm' | 'end' | 'event' | 'output' | 'detail'

export interface FactLine {
  readonly weight: Weight
  readonly spans: readonly Span[]
}

type Look = readonly [weight: Weight, tone: Tone]
type LookOf<Type> =
  | Look
  | undefined
  | ((fact: Extract<Fact, { readonly type: Type }>, progress: RunProgress) => Look)

const detail: Look = ['detail', 'faint']

/** How the line of a fact looks; undefined where another line says the same. */
const looks: { readonly [Type in Fact['type']]: LookOf<Type> } = {
  'run.created': ['event', 'strong'],
  'run.started': undefined,
  'run.paused': ['event', 'odd'],
  'run.resumed': ['event', 'plain'],
  'run.recovered': ['event', 'plain'],
  'run.redriven': ['event', 'plain'],
  'run.draining': detail,
  // Somebody who kills a run knows it; a run that ends by itself has to say so.
  'run.killing': ({ failure, endsTeardowns }) =>
    failure === undefined || endsTeardowns === true ? detail : ['alarm', 'bad'],
  // The summary says how the run ended.
  'run.completed': undefined,
  'run.failed': undefined,
  'run.killed': undefined,
  'task.ready': detail,
  'task.dispatched': detail,
  'task.deferred': detail,
  'dispatch.no-agent': ['alarm', 'odd'],
  'dispatch.quota-exceeded': ['alarm', 'odd'],
  'dispatch.claim-failed': ['alarm', 'odd'],
  'task.claimed': detail,
  'task.starting': detail,
  'task.placed': detail,
  'task.started': ['event', 'busy'],
  'task.warned': (_, progress) => [isEnding(progress) ? 'event' : 'alarm', 'odd'],
  'task.asked': (fact) => ['alarm', fact.of === 'failure' ? 'bad' : 'odd'],
  // What nobody has answered is decided all the same.
  'task.answered': ({ expired }) => (expired === true ? ['alarm', 'odd'] : ['event', 'plain']),
  'task.stalled': ['alarm', 'odd'],
  'task.unstalled': ['event', 'plain'],
  'task.stopping': ({ reason }) => (reason === 'kill' ? detail : ['event', 'odd']),
  'task.abandoned': ['alarm', 'bad'],
  'task.interrupted': ['event', 'odd'],
  'task.retrying': ['alarm', 'odd'],
  'task.redriven': detail,
  'task.completed': ['end', 'good'],
  'task.failed': ({ ignored }) => ['alarm', ignored ? 'odd' : 'bad'],
  'task.dead-lettered': detail,
  'task.killed': (_, progress) => [isEnding(progress) ? 'event' : 'alarm', 'bad'],
  // What was skipped with the whole run is counted at the end, not told task by task.
  'task.skipped': ({ because }) => [because.startsWith('run-') ? 'detail' : 'event', 'odd'],
  'task.output': ['output', 'own'],
  'task.progress': detail,
  'stream.lagged': ['alarm', 'odd'],
  'observer.failed': ['alarm', 'odd'],
}

/** The lines of a fact: of output as many as it has, else one or none. */
export function factLines(fact: Fact, progress: RunProgress): readonly FactLine[] {
  const found: LookOf<never> = looks[fact.type]
  if (found === undefined) return []
  const look = typeof found === 'function' ? found(fact as never, progress) : found
  const [weight, tone] = look
  if (fact.type === 'task.output') {
    return colouredLines(fact.text).map((line) => ({
      weight,
      spans: [
        ['| ', 'faint'],
        [line, tone],
      ],
    }))
  }
  return [{ weight, spans: spansOf(fact, tone, progress) }]
}

/** What happens to tasks while their run is being ended surprises nobody. */
function isEnding({ state }: RunProgress): boolean {
  return state === 'draining' || state === 'killing'
}

function spansOf(fact: Fact, tone: Tone, progress: RunProgress): readonly Span[] {
  const { what, about } = inWords(fact, agentOf(fact, progress))
  if (fact.type === 'run.created') return [[`${about}: ${what}, run ${fact.runId}`, tone]]
  if (fact.type === 'task.completed') return [[what + took(fact.taskId, fact.at, progress), tone]]
  if (about === undefined) return [[what, tone]]
  // Foreign words are plain, and the whole of a detail is faint.
  const spans: readonly Span[] = [
    [`${what}: `, tone],
    [about, tone === 'faint' ? tone : 'plain'],
  ]
  if (fact.type !== 'task.asked') return spans
  const limit = limitOf(fact)
  return [...spans, [lastLine(fact.failure?.output) + (limit === '' ? '' : ` (${limit})`), 'plain']]
}

function agentOf({ taskId }: Fact, progress: RunProgress): string | undefined {
  const agentId = taskId === undefined ? undefined : progress.tasks.get(taskId)?.agents?.agentId
  return agentId === undefined ? undefined : shownText(agentId)
}

function took(taskId: string, at: number, progress: RunProgress): string {
  const startedAt = progress.tasks.get(taskId)?.startedAt
  return startedAt === undefined ? '' : ` in ${showMs(at - startedAt)}`
}

/** What comes of it where nobody answers in time. */
function limitOf({ at, until, defaultAnswer }: Extract<Fact, { type: 'task.asked' }>): string {
  return until === undefined ? '' : limitInWords({ until, defaultAnswer }, at)
}

/** The last line of its output, which helps to answer what to do. */
function lastLine(output: readonly string[] | undefined): string {
  const last = output?.at(-1)
  return last === undefined ? '' : ` Its last line: ${last}`
}
