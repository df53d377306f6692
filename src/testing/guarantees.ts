import type { TaskId } from '../../machines/outcome.ts'
import type { RunFact } from '../events/facts.ts'
import type { PlannedTask } from '../graph/plan.ts'
import { attemptsOf, type Held, heldOver, outcomesBefore, startsOf } from './reading.ts'
import type { Mark, Played, PlayedRun } from './play.ts'
import { ruleHolds } from './rule-oracle.ts'

/** A sentence for each way in which a guarantee was broken; none when it was kept. */
export type Breaches = readonly string[]

/** 1. A task starts only when its rule is met by settled dependencies. */
export function startsOnlyWhenRuleIsMet({ plan, runs }: Played): Breaches {
  return runs.flatMap(({ runId, facts }) =>
    startsOf(facts).flatMap((start) => {
      const task = plan.tasks[plan.indexOf(start.taskId)!]!
      const settled = outcomesBefore(facts, start.seq)
      const dependencies = task.needs.map(
        (need) => [plan.tasks[need]!.id, settled.get(plan.tasks[need]!.id)] as const,
      )
      if (ruleHolds(task.rule, dependencies)) return []
      return [
        `${runId}: ${start.taskId} started at seq ${start.seq} although its rule ${String(task.rule)} was not met`,
      ]
    }),
  )
}

/** 2. A task has at most one live attempt. */
export function hasOneLiveAttempt({ marks }: Played): Breaches {
  const live = new Map<string, string>()
  const breaches: string[] = []
  for (const mark of marks) {
    if (mark.type === 'attempt began') {
      const task = `${mark.runId}/${mark.taskId}`
      if (live.has(task)) breaches.push(`${mark.attemptId} began while ${live.get(task)} was live`)
      live.set(task, mark.attemptId)
    } else if (mark.type === 'attempt ended') {
      const task = `${mark.runId}/${mark.taskId}`
      if (live.get(task) === mark.attemptId) live.delete(task)
    } else if (mark.type === 'task.abandoned') live.delete(`${mark.runId}/${mark.taskId}`)
  }
  return breaches
}

/** 3. Slots, pools and capacities in use never exceed a limit. */
export function limitsHold(played: Played): Breaches {
  const { scenario, plan, runs } = played
  const slots = scenario.admission === 'both'
  const perRun = runs.flatMap(({ runId, facts }) =>
    heldOver(facts).flatMap(({ seq, held }) => {
      const breaches = exceeded(
        played,
        held.map(({ taskId }) => plan.tasks[plan.indexOf(taskId)!]!),
      )
      if (slots && held.length > Math.min(scenario.concurrency, scenario.runConcurrency)) {
        breaches.push(`${held.length} slots`)
      }
      return breaches.map((what) => `${runId}: at seq ${seq} there were too many: ${what} (${names(held)})`)
    }),
  )
  return [...perRun, ...sharedLimitsHold(played)]
}

function names(held: readonly Held[]): string {
  return held.map(({ taskId }) => taskId).join(', ')
}

/** What runs share, by what the executors saw: the facts of two runs have no order among each other. */
function sharedLimitsHold(played: Played): string[] {
  const { marks, plan, scenario } = played
  const live = new Map<string, PlannedTask>()
  const breaches: string[] = []
  const givenUp = new Set(
    marks.flatMap((mark) =>
      mark.type === 'task.abandoned' ? [`${mark.runId}/${mark.taskId}/${mark.attempt}`] : [],
    ),
  )
  for (const mark of marks) {
    if (mark.type === 'attempt ended') live.delete(mark.attemptId)
    if (mark.type !== 'attempt began' || givenUp.has(mark.attemptId)) continue
    live.set(mark.attemptId, plan.tasks[plan.indexOf(mark.taskId)!]!)
    const found = exceeded(played, [...live.values()])
    if (scenario.admission === 'both' && live.size > scenario.concurrency)
      found.push(`${live.size} slots of the runtime`)
    breaches.push(...found.map((what) => `when ${mark.attemptId} began there were too many: ${what}`))
  }
  return breaches
}

function exceeded({ scenario }: Played, tasks: readonly PlannedTask[]): string[] {
  const breaches: string[] = []
  const shared = tasks.reduce((sum, { uses }) => sum + (uses['shared'] ?? 0), 0)
  if (shared > scenario.pool) breaches.push(`${shared} of the pool`)
  const small = tasks.filter(({ executor }) => executor === 'small').length
  if (small > scenario.smallCapacity) breaches.push(`${small} on the executor small`)
  const picky = tasks.filter(({ executor }) => executor === 'picky').length
  if (picky > scenario.pickyLimit) breaches.push(`${picky} on the executor picky`)
  return breaches
}

/** 4. Every run settles, once it is not held or paused, its questions are answered, its agents come, and every handler ends or has a timeout. */
export function everyRunSettles({ runs, timers, plan }: Played): Breaches {
  const breaches = runs.flatMap((run) => unsettled(run, plan.tasks))
  if (timers.left > 0) breaches.push(`${timers.left} timers of the runtime are left behind`)
  return breaches
}

function unsettled({ runId, result, facts, isStuck }: PlayedRun, tasks: readonly PlannedTask[]): string[] {
  if (isStuck) return [`${runId} was stuck: nothing ran, nothing was awaited, and it had not settled`]
  if (result === undefined)
    return [`${runId} has not settled; its last fact is ${JSON.stringify(facts.at(-1))}`]
  const breaches = tasks
    .filter(({ id }) => result.outcomes[id] === undefined)
    .map(({ id }) => `${runId}: ${id} has no outcome`)
  if (result.failure?.code === 'RUN_DEADLOCKED') breaches.push(`${runId}: ${result.failure.message}`)
  return breaches
}

const settling = new Set(['task.completed', 'task.failed', 'task.killed', 'task.skipped'])

/** 5. A settled task never changes, except by redrive. */
export function settledTasksStay({ runs }: Played): Breaches {
  return runs.flatMap(({ runId, facts }) => {
    const settled = new Set<TaskId>()
    const breaches: string[] = []
    for (const fact of facts) {
      if (fact.taskId === undefined) continue
      if (fact.type === 'task.redriven') settled.delete(fact.taskId)
      else if (settled.has(fact.taskId) && fact.type !== 'task.dead-lettered') {
        breaches.push(`${runId}: ${fact.taskId} was settled, and then came ${fact.type} (seq ${fact.seq})`)
      }
      if (settling.has(fact.type)) settled.add(fact.taskId)
    }
    return breaches
  })
}

/** 7. After a kill nothing starts, and everything that was started is confirmed ended or reported abandoned. */
export function killIsFinal({ marks, runs }: Played): Breaches {
  const breaches: string[] = []
  const killed = new Set<string>()
  const live = new Map<string, string>()
  for (const mark of marks) {
    if (mark.type === 'run.killing' || mark.type === 'run.draining') killed.add(mark.runId)
    else if (mark.type === 'kill called')
      killed.add(mark.taskId === undefined ? mark.runId : `${mark.runId}/${mark.taskId}`)
    else if (mark.type === 'run.redriven') revive(killed, mark.runId)
    else if (mark.type === 'attempt began') {
      const isKilled = killed.has(mark.runId) || killed.has(`${mark.runId}/${mark.taskId}`)
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
export function attemptsStayInPolicy({ plan, runs }: Played): Breaches {
  return runs.flatMap(({ runId, facts }) =>
    plan.tasks.flatMap((task) =>
      attemptsOf(facts, task.id).flatMap(({ number, used, retry, nextAt }) => {
        const breaches: string[] = []
        if (used > task.policy.maxAttempts)
          breaches.push(`attempt ${number} is number ${used} of ${task.policy.maxAttempts}`)
        if (retry === undefined) return breaches.map((what) => `${runId}: ${task.id}: ${what}`)
        if (used >= task.policy.maxAttempts)
          breaches.push(`attempt ${number} was the last, and yet there is a retry`)
        const waited = retry.until - retry.at
        const { least, most } = waitBounds(task, used, retry.failure.retryAfterMs)
        if (waited < least || waited > most) breaches.push(`waited ${waited} ms, not ${least} to ${most}`)
        if (nextAt !== undefined && nextAt < retry.until)
          breaches.push(`was tried again at ${nextAt}, before ${retry.until}`)
        return breaches.map((what) => `${runId}: ${task.id}: ${what}`)
      }),
    ),
  )
}

function waitBounds(
  { backoff }: PlannedTask,
  used: number,
  asked: number | undefined,
): { least: number; most: number } {
  if (asked !== undefined) return { least: asked, most: asked }
  let plain = backoff.baseMs
  for (let attempt = 1; attempt < used; attempt++) plain *= backoff.factor
  plain = Math.min(plain, backoff.capMs)
  return {
    least: Math.floor(plain * (1 - backoff.jitter)),
    most: Math.ceil(Math.min(plain * (1 + backoff.jitter), backoff.capMs)),
  }
}

/** 13. No run fact is lost or repeated to a lossless subscriber. */
export function streamIsWhole({ runs }: Played): Breaches {
  return runs.flatMap(({ runId, facts, lateFacts, journal }) => {
    const breaches: string[] = []
    for (const [index, fact] of facts.entries()) {
      if (fact.seq !== index + 1) return [`${runId}: fact ${index + 1} has seq ${fact.seq}`]
    }
    if (!sameSeqs(facts, lateFacts))
      breaches.push(`${runId}: a late subscriber saw ${seqs(lateFacts)}, not ${seqs(facts)}`)
    if (!sameSeqs(facts, journal))
      breaches.push(`${runId}: the journal has ${seqs(journal)}, not ${seqs(facts)}`)
    return breaches
  })
}

function sameSeqs(a: readonly RunFact[], b: readonly RunFact[]): boolean {
  return a.length === b.length && a.every((fact, index) => fact === b[index])
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
}

/** 14. Nothing polls: while tasks wait or run, the runtime has no repeating timer. */
export function nothingPolls({ marks, runs, timers, scenario }: Played): Breaches {
  const breaches: string[] = []
  if (timers.mostAtOnce > runs.length + 1)
    breaches.push(`${timers.mostAtOnce} timers at once for ${runs.length} runs`)
  const beats = scenario.tasks.reduce(
    (sum, { attempts }) => sum + attempts.reduce((all, { beats: own }) => all + own.length, 0),
    0,
  )
  const told = marks.reduce((sum, { type }) => sum + (instantsOf[type] ?? 0), 0)
  const instants = told + beats * 3 * runs.length
  if (timers.fired > instants)
    breaches.push(`${timers.fired} timers went off for ${instants} instants that were awaited`)
  return breaches
}
