import type { RunFact } from '../../src/events/facts.ts'
import type { PlannedTask } from '../../src/graph/plan.ts'
import { checkInvariants, type GuaranteeNumber } from 'dagmar/testing'
import { type Limits, taskOf } from '../../src/testing/invariants/judged.ts'
import { Use } from '../../src/testing/invariants/limits.ts'
import type { PlayedRun } from '../../src/testing/rehearsal/play.ts'
import type { PlayedScenario } from '../scenario/play-scenario.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { isSameFact } from '../scenario/same-fact.ts'
import { teamIds } from '../scenario/scenario-team.ts'
import type { Mark } from '../../src/testing/rehearsal/stage.ts'

/** A sentence for each way in which a guarantee was broken; none when it was kept. */
export type Breaches = readonly string[]

/** What the facts alone tell of a guarantee, run by run. */
function factsBreach({ plan, runs, scenario }: PlayedScenario, guarantee: GuaranteeNumber): string[] {
  const limits = limitsOf(scenario, Math.min(scenario.concurrency, scenario.runConcurrency))
  return runs.flatMap(({ facts }) =>
    checkInvariants(facts, plan, { ...limits, ended: true })
      .filter((breach) => breach.guarantee === guarantee)
      .map(({ runId, message, story }) => `${runId}: ${message}\n${story}`),
  )
}

/** What a run of a scenario may have at once. */
export function limitsOf({ admission, pool, smallCapacity, pickyLimit }: Scenario, slots: number): Limits {
  return {
    concurrency: admission === 'both' ? slots : Number.POSITIVE_INFINITY,
    pools: { shared: pool },
    capacities: { small: smallCapacity, picky: pickyLimit },
  }
}

/** 1. A task starts only when its rule is met by settled dependencies. */
export function startsOnlyWhenRuleIsMet(played: PlayedScenario): Breaches {
  return factsBreach(played, 1)
}

/** 2. A task has at most one live attempt. */
export function hasOneLiveAttempt(played: PlayedScenario): Breaches {
  const live = new Map<string, string>()
  const breaches: string[] = []
  for (const mark of played.marks) {
    if (mark.type === 'attempt began') {
      const task = `${mark.runId}/${mark.taskId}`
      if (live.has(task)) breaches.push(`${mark.attemptId} began while ${live.get(task)} was live`)
      live.set(task, mark.attemptId)
    } else if (mark.type === 'attempt ended') {
      const task = `${mark.runId}/${mark.taskId}`
      if (live.get(task) === mark.attemptId) live.delete(task)
    } else if (mark.type === 'task.abandoned') live.delete(`${mark.runId}/${mark.taskId}`)
  }
  return [...factsBreach(played, 2), ...breaches]
}

/** 3. Slots, pools and capacities in use never exceed a limit. */
export function limitsHold(played: PlayedScenario): Breaches {
  return [...factsBreach(played, 3), ...sharedLimitsHold(played)]
}

/** What runs share, by what the executors saw: the facts of two runs have no order among each other. */
function sharedLimitsHold({ marks, plan, scenario }: PlayedScenario): string[] {
  const use = new Use(limitsOf(scenario, scenario.concurrency))
  const breaches: string[] = []
  const givenUp = new Set(
    marks.flatMap((mark) =>
      mark.type === 'task.abandoned' ? [`${mark.runId}/${mark.taskId}/${mark.attempt}`] : [],
    ),
  )
  for (const mark of marks) {
    if (mark.type === 'attempt ended') use.release(mark.attemptId)
    if (mark.type !== 'attempt began' || givenUp.has(mark.attemptId)) continue
    const found = use.take(taskOf(plan, mark.taskId), mark.attemptId)
    breaches.push(...found.map((what) => `when ${mark.attemptId} began, ${what}`))
  }
  return breaches
}

/** 4. Every run settles, once it is not held or paused, its questions are answered, and every handler ends or has a timeout. */
export function everyRunSettles(played: PlayedScenario): Breaches {
  const { runs, timers, plan } = played
  const breaches = runs.flatMap((run) => unsettled(run, plan.tasks))
  if (timers.left > 0) breaches.push(`${timers.left} timers of the runtime are left behind`)
  return [...factsBreach(played, 4), ...breaches]
}

function unsettled({ runId, result, isStuck }: PlayedRun, tasks: readonly PlannedTask[]): string[] {
  if (isStuck) return [`${runId} was stuck: nothing ran, nothing was awaited, and it had not settled`]
  if (result === undefined) return [`${runId} has no result`]
  return tasks
    .filter(({ id }) => result.outcomes[id] === undefined)
    .map(({ id }) => `${runId}: ${id} has no outcome`)
}

/** 5. A settled task never changes, except by redrive. */
export function settledTasksStay(played: PlayedScenario): Breaches {
  return factsBreach(played, 5)
}

/** 6. A report of an old attempt changes nothing: no fact tells of one. */
export function oldAttemptsStayQuiet(played: PlayedScenario): Breaches {
  return factsBreach(played, 6)
}

/**
 * 7. After a kill nothing starts but teardown, and everything that was started is confirmed ended or reported abandoned.
 * A run that drains starts nothing else either, but what was granted before may still begin: both may be in the store at
 * the same moment. A teardown goes on until it is killed by itself, or the run a second time.
 */
export function killIsFinal(played: PlayedScenario): Breaches {
  const { marks, runs, plan } = played
  const breaches: string[] = [...factsBreach(played, 7)]
  const killed = new Set<string>()
  const again = new Set<string>()
  const draining = new Set<string>()
  const called = new Set<string>()
  const lost = new Set(
    runs.filter(({ result }) => result?.failure?.code === 'STORE_FAILED').map(({ runId }) => runId),
  )
  const granted = new Set<string>()
  const live = new Map<string, string>()
  for (const mark of marks) {
    if (mark.type === 'run.killing') {
      killed.add(mark.runId)
      if (mark.endsTeardowns === true) again.add(mark.runId)
    } else if (mark.type === 'task.stopping' && mark.reason === 'kill') {
      const isSpared = taskOf(plan, mark.taskId).teardown && !again.has(mark.runId) && !lost.has(mark.runId)
      if (isSpared && !called.has(`${mark.runId}/${mark.taskId}`))
        breaches.push(`${mark.runId}/${mark.taskId} is a teardown, and was killed with its run`)
    } else if (mark.type === 'run.draining') draining.add(mark.runId)
    else if (mark.type === 'task.starting') granted.add(`${mark.runId}/${mark.taskId}/${mark.attempt}`)
    else if (mark.type === 'kill called') {
      const whom = mark.taskId === undefined ? mark.runId : `${mark.runId}/${mark.taskId}`
      if (mark.taskId === undefined && killed.has(whom)) again.add(whom)
      killed.add(whom)
      called.add(whom)
    } else if (mark.type === 'run.redriven') {
      revive(killed, mark.runId)
      revive(called, mark.runId)
      again.delete(mark.runId)
      draining.delete(mark.runId)
    } else if (mark.type === 'attempt began') {
      const isOver = killed.has(mark.runId) || (draining.has(mark.runId) && !granted.has(mark.attemptId))
      const isSpared = taskOf(plan, mark.taskId).teardown && !again.has(mark.runId)
      const isKilled = killed.has(`${mark.runId}/${mark.taskId}`) || (isOver && !isSpared)
      if (isKilled) breaches.push(`${mark.attemptId} began after it was told to end`)
      live.set(mark.attemptId, mark.runId)
    } else if (mark.type === 'attempt ended') live.delete(mark.attemptId)
    else if (mark.type === 'task.abandoned') live.delete(`${mark.runId}/${mark.taskId}/${mark.attempt}`)
    else if (endsRun(mark)) {
      for (const [attemptId, runId] of live)
        if (runId === mark.runId) breaches.push(`${runId} ended before ${attemptId}`)
    }
  }
  for (const { runId, result } of runs) {
    if (result === undefined) continue
    for (const attemptId of live.keys())
      if (attemptId.startsWith(`${runId}/`)) breaches.push(`${attemptId} never ended`)
  }
  return breaches
}

function revive(killed: Set<string>, runId: string): void {
  for (const id of killed) if (id === runId || id.startsWith(`${runId}/`)) killed.delete(id)
}

function endsRun(mark: Mark): boolean {
  return mark.type === 'run.completed' || mark.type === 'run.failed' || mark.type === 'run.killed'
}

/** 8. A task uses at most `maxAttempts` attempts, with waits inside the policy's bounds. */
export function attemptsStayInPolicy(played: PlayedScenario): Breaches {
  return factsBreach(played, 8)
}

/** 13. No run fact is lost or repeated to a lossless subscriber. */
export function streamIsWhole(played: PlayedScenario): Breaches {
  const different = played.runs.flatMap(({ runId, facts, lateFacts, journal }) => {
    const breaches: string[] = []
    if (!sameSeqs(facts, lateFacts))
      breaches.push(`${runId}: a late subscriber saw ${seqs(lateFacts)}, not ${seqs(facts)}`)
    if (!sameSeqs(facts, journal))
      breaches.push(`${runId}: the journal has ${seqs(journal)}, not ${seqs(facts)}`)
    return breaches
  })
  return [...factsBreach(played, 13), ...different]
}

function sameSeqs(a: readonly RunFact[], b: readonly RunFact[]): boolean {
  return a.length === b.length && a.every((fact, index) => isSameFact(fact, b[index]))
}

function seqs(facts: readonly RunFact[]): string {
  return facts.map(({ seq }) => seq).join(' ')
}

/** Facts that set, or imply, instants that somebody waits for, and how many: so often may a timer go off because of them. */
const instantsOf: Readonly<Partial<Record<Mark['type'], number>>> = {
  'run.started': 1,
  'task.starting': 1,
  // Its timeout, and its stall timeout.
  'task.started': 2,
  'task.stalled': 1,
  'task.unstalled': 1,
  // The kill grace, and once more after the attempt was forced.
  'task.stopping': 2,
  'task.retrying': 1,
  'task.deferred': 1,
  'task.answered': 1,
  'task.warned': 1,
  // The next dispatch attempt, or the next day.
  'dispatch.no-agent': 1,
  'dispatch.quota-exceeded': 1,
}

/** 14. Nothing polls: while tasks wait or run, the runtime has no repeating timer. */
export function nothingPolls({ marks, runs, timers, scenario }: PlayedScenario): Breaches {
  const breaches: string[] = []
  const { team } = scenario
  // One for executors that decline, and one for agents.
  if (timers.mostAtOnce > runs.length + (team === undefined ? 1 : 2))
    breaches.push(`${timers.mostAtOnce} timers at once for ${runs.length} runs`)
  const beats = scenario.tasks.reduce(
    (sum, { attempts }) => sum + attempts.reduce((all, { beats: own }) => all + own.length, 0),
    0,
  )
  const told = marks.reduce((sum, { type }) => sum + (instantsOf[type] ?? 0), 0)
  // Each sign of an agent may move the instant at which it is offline.
  const signs = team === undefined ? 0 : team.list.length + team.changes.length + teamIds.length
  const instants = told + beats * 3 * runs.length + signs * 2
  if (timers.fired > instants)
    breaches.push(`${timers.fired} timers went off for ${instants} instants that were awaited`)
  return breaches
}
