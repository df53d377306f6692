import type { TaskId } from '../../../machines/outcome.ts'
import { type AskedBy, isRunEnd, type RunFact } from '../../events/facts.ts'
import { type Finding, found, type Judged, type TaskFact } from './judged.ts'

/**
 * Where a task is, judged by its facts alone: the states of `machines/task.ts`, with `dispatched` divided by what it
 * waits for.
 */
type Place =
  | 'pending'
  | 'ready'
  | 'confirming'
  | 'confirmed'
  | 'declined'
  | 'to confirm again'
  | 'waiting'
  | 'refused'
  | 'claimed'
  | 'asking'
  | 'decided'
  | 'granted'
  | 'starting'
  | 'running'
  | 'stalled'
  | 'stopping'
  | 'cut off'
  | 'interrupted'
  | 'to ask again'
  | 'completed'
  | 'failed'
  | 'killed'
  | 'skipped'

/** What comes of looking for an agent, but for a grant. */
const sought = {
  'dispatch.no-agent': 'refused',
  'dispatch.quota-exceeded': 'refused',
  'dispatch.claim-failed': 'refused',
  'task.claimed': 'claimed',
} as const

/** For each place, which facts about the task may come next, and the place that they lead to. */
const next: Readonly<Record<Place, Readonly<Partial<Record<RunFact['type'], Place>>>>> = {
  // A rule function that throws fails its task before the task is ever taken up.
  pending: {
    'task.ready': 'ready',
    'task.asked': 'confirming',
    'task.failed': 'failed',
    'task.killed': 'killed',
    'task.skipped': 'skipped',
  },
  // A person is asked whether it may start. The end of the run may skip it meanwhile.
  confirming: { 'task.answered': 'confirmed', 'task.killed': 'killed', 'task.skipped': 'skipped' },
  confirmed: { 'task.ready': 'ready', 'task.skipped': 'skipped' },
  declined: { 'task.skipped': 'skipped' },
  'to confirm again': { 'task.asked': 'confirming', 'task.killed': 'killed', 'task.skipped': 'skipped' },
  ready: {
    'task.deferred': 'waiting',
    ...sought,
    'task.dispatched': 'granted',
    'task.killed': 'killed',
    'task.skipped': 'skipped',
  },
  waiting: {
    'task.deferred': 'waiting',
    ...sought,
    'task.dispatched': 'granted',
    'task.killed': 'killed',
  },
  // Nobody could be found to do it: after the last dispatch attempt it fails, or a person is asked.
  refused: {
    'task.deferred': 'waiting',
    ...sought,
    'task.dispatched': 'granted',
    'task.asked': 'asking',
    'task.failed': 'failed',
    'task.killed': 'killed',
  },
  claimed: { 'task.dispatched': 'granted' },
  asking: { 'task.answered': 'decided', 'task.killed': 'killed' },
  decided: { 'task.failed': 'failed' },
  granted: { 'task.starting': 'starting' },
  starting: {
    'task.placed': 'starting',
    'task.started': 'running',
    'task.deferred': 'waiting',
    'task.retrying': 'waiting',
    'task.asked': 'asking',
    'task.stopping': 'stopping',
    'task.failed': 'failed',
  },
  running: {
    'task.placed': 'running',
    'task.warned': 'running',
    'task.asked': 'running',
    'task.answered': 'running',
    'task.stalled': 'stalled',
    'task.retrying': 'waiting',
    'task.stopping': 'stopping',
    'task.completed': 'completed',
    'task.failed': 'failed',
  },
  stalled: {
    'task.placed': 'stalled',
    'task.unstalled': 'running',
    'task.asked': 'asking',
    'task.retrying': 'waiting',
    'task.stopping': 'stopping',
    'task.completed': 'completed',
    'task.failed': 'failed',
  },
  stopping: {
    'task.placed': 'stopping',
    // Its output came too late and was dropped.
    'task.warned': 'stopping',
    'task.abandoned': 'stopping',
    'task.asked': 'asking',
    'task.retrying': 'waiting',
    'task.failed': 'failed',
    'task.killed': 'killed',
  },
  // The coordinator has died, and another one has recovered the run.
  'cut off': {
    'task.interrupted': 'interrupted',
    // Its executor has taken it over.
    'task.starting': 'starting',
  },
  // The next attempt follows, unless there were too many interruptions.
  interrupted: {
    'task.deferred': 'waiting',
    ...sought,
    'task.dispatched': 'granted',
    'task.asked': 'asking',
    'task.failed': 'failed',
    'task.killed': 'killed',
  },
  'to ask again': { 'task.asked': 'asking', 'task.killed': 'killed' },
  completed: {},
  failed: { 'task.dead-lettered': 'failed', 'task.redriven': 'pending' },
  killed: { 'task.redriven': 'pending' },
  skipped: { 'task.redriven': 'pending' },
}

const live: ReadonlySet<Place> = new Set(['granted', 'starting', 'running', 'stalled', 'stopping', 'cut off'])
const settled: ReadonlySet<Place> = new Set(['completed', 'failed', 'killed', 'skipped'])

interface Known {
  place: Place
  attempt: number
}

/**
 * Every fact about a task may follow the one before it. A fact behind a settlement breaks 5, one of an attempt that is
 * not the latest breaks 6, an end that was not confirmed breaks 7. Any other fact out of place counts as one that was
 * lost or repeated: 13.
 */
export function factsFollow({ facts }: Judged): readonly Finding[] {
  const findings: Finding[] = []
  const known = new Map<TaskId, Known>()
  const storeFailed = facts.some(
    (fact) => fact.type === 'run.failed' && fact.failure?.code === 'STORE_FAILED',
  )
  for (const fact of facts) {
    if (fact.type === 'run.recovered') for (const task of known.values()) task.place = recovered(task.place)
    if (fact.taskId === undefined) continue
    const task = known.get(fact.taskId) ?? { place: 'pending', attempt: 0 }
    known.set(fact.taskId, task)
    const finding = step(task, fact, storeFailed)
    if (finding !== undefined) findings.push(finding)
  }
  return findings
}

function step(task: Known, fact: TaskFact, storeFailed: boolean): Finding | undefined {
  const { place, attempt: latest } = task
  const { taskId, type } = fact
  const to = nextPlace(place, fact) ?? (storeFailed ? afterStoreFailure(place, fact) : undefined)
  const isNext = 'attempt' in fact && fact.attempt === latest + (isGrant(fact) ? 1 : 0)
  if (type === 'task.dispatched') task.attempt = fact.attempt
  const landing = to ?? landings[type]
  if (landing !== 'as before') task.place = landing
  if (settled.has(place) && to === undefined) {
    return found(5, fact, `${taskId} was ${place}, and then came ${type}`)
  }
  // Two attempts at once are a breach of 2, which is reported there.
  if (live.has(place) && type === 'task.dispatched') return undefined
  if ('attempt' in fact && !isNext) {
    const message = `${type} of ${taskId} is of attempt ${fact.attempt}, when attempt ${latest} was the latest`
    return found(isGrant(fact) ? 13 : 6, fact, message)
  }
  if (to !== undefined) return undefined
  if (type === 'task.killed' && live.has(place)) {
    return found(7, fact, `${taskId} was ${place} and then killed, without having been ended`)
  }
  return found(13, fact, `${taskId} was ${place}, after which there is no ${type}: a fact is out of place`)
}

function isGrant(fact: TaskFact): boolean {
  return fact.type === 'task.dispatched'
}

function nextPlace(place: Place, fact: TaskFact): Place | undefined {
  const to = next[place][fact.type]
  if (fact.type === 'task.asked') return to === undefined ? undefined : asked(place, fact.of)
  if (fact.type === 'task.answered' && place === 'asking')
    return fact.answer === 'retry' ? 'waiting' : 'decided'
  if (fact.type === 'task.answered' && place === 'confirming')
    return fact.answer === 'yes' ? 'confirmed' : 'declined'
  return to
}

/** A handler asks while it runs. What to do about a failure is asked after a failed attempt, and whether to start before. */
function asked(place: Place, of: AskedBy): Place | undefined {
  if (of === 'handler') return place === 'running' ? 'running' : undefined
  const isBefore = place === 'pending' || place === 'to confirm again'
  if (of === 'confirm') return isBefore ? 'confirming' : undefined
  return isBefore ? undefined : 'asking'
}

/** Where recovery leaves a task: a live attempt is over, and an open question is asked again. */
function recovered(place: Place): Place {
  if (place === 'asking') return 'to ask again'
  if (place === 'confirming') return 'to confirm again'
  // A damaged journal may end between its claim and its grant.
  if (place === 'claimed') return 'waiting'
  return live.has(place) && place !== 'stopping' ? 'cut off' : place
}

/** After the store has failed, the rest is told without it: every task that was not settled is killed or skipped. */
function afterStoreFailure(place: Place, { type }: TaskFact): Place | undefined {
  if (settled.has(place)) return undefined
  if (type === 'task.killed') return 'killed'
  return type === 'task.skipped' ? 'skipped' : undefined
}

/**
 * The place from which judging goes on after a fact that was out of place. A new fact needs its places in `next`, too.
 */
const landings: Readonly<Record<TaskFact['type'], Place | 'as before'>> = {
  'task.ready': 'ready',
  'task.deferred': 'waiting',
  ...sought,
  'task.dispatched': 'granted',
  'task.starting': 'starting',
  'task.started': 'running',
  'task.unstalled': 'running',
  'task.stalled': 'stalled',
  'task.stopping': 'stopping',
  'task.interrupted': 'interrupted',
  'task.retrying': 'waiting',
  'task.redriven': 'pending',
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.killed': 'killed',
  'task.skipped': 'skipped',
  'task.placed': 'as before',
  'task.warned': 'as before',
  'task.asked': 'as before',
  'task.answered': 'as before',
  'task.abandoned': 'as before',
  'task.dead-lettered': 'as before',
}

/** The part of 13 that is about the run: it is created, starts, and tells of its tasks until its end. */
export function runFactsFollow({ facts }: Judged): readonly Finding[] {
  const findings: Finding[] = []
  let isOpen = false
  let hasStarted = false
  for (const [at, fact] of facts.entries()) {
    if (fact.causeSeq !== undefined && fact.causeSeq >= fact.seq)
      findings.push(found(13, fact, `${fact.type} comes before its cause, seq ${fact.causeSeq}`))
    if ((fact.type === 'run.created') !== (at === 0))
      findings.push(found(13, fact, `fact ${at + 1} of the run is ${fact.type}`))
    if (fact.type === 'run.created') continue
    const opens = fact.type === 'run.started' || fact.type === 'run.redriven'
    // A run may be recovered before it has started.
    const isBefore = fact.type === 'run.recovered' && !hasStarted
    if (opens === isOpen && !isBefore) {
      findings.push(
        found(13, fact, `${fact.type} came ${isOpen ? 'while the run went on' : 'outside of the run'}`),
      )
    }
    if (opens) isOpen = true
    if (opens) hasStarted = true
    if (isRunEnd(fact)) isOpen = false
  }
  return findings
}
