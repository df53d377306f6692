import { attemptIdOf } from '../../executors/attempt.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import type { Attempt, Executor, Report, ReportedFailure } from '../../ports/executor.ts'
import type { SimulatedClock } from '../../time/simulated-clock.ts'
import { traitsOf } from '../../executors/built-in.ts'
import type { DagFaultKind } from '../variants/fault.ts'
import type { StagedAgents } from './staged-agents.ts'

/** What the attempts of the tasks do, in place of their handlers. */
export interface Script {
  /** Undefined for a task without a fault. */
  readonly faultOf: (task: PlannedTask) => DagFaultKind | undefined
  /** How long an attempt of the task takes. */
  readonly durationMs: (task: PlannedTask) => number
  readonly outputOf: (task: PlannedTask) => unknown
  /** Undefined where nothing goes wrong with agents. */
  readonly agents: StagedAgents | undefined
  /** Called when an attempt gives a sign of work. */
  readonly onBeat: () => void
}

/** The time between two signs of work, as a share of the stall timeout. */
const beatEvery = 0.75

/** An attempt that would take longer than this many beats is cut short. */
const mostBeats = 10_000

/** How long an attempt takes to end once it is told to. */
const endingMs = 1

/** Executors under the names that the plan asks for, which carry out scripts on a simulated clock. */
export function scriptedExecutors(
  plan: Plan,
  clock: SimulatedClock,
  script: Script,
): Readonly<Record<string, Executor>> {
  const names = new Set(plan.tasks.map(({ executor }) => executor))
  return Object.fromEntries([...names].map((name) => [name, executorFor(name, plan, clock, script)]))
}

interface Live {
  readonly report: Report
  readonly fault: DagFaultKind | undefined
  readonly timers: Set<unknown>
}

function executorFor(name: string, plan: Plan, clock: SimulatedClock, script: Script): Executor {
  const live = new Map<string, Live>()
  const rejected = new Set<string>()
  const declined = new Set<string>()
  const taskOf = (taskId: string): PlannedTask => plan.tasks[plan.indexOf(taskId)!]!
  const end = (attemptId: string, say: () => void): void => {
    const own = live.get(attemptId)
    if (own === undefined) return
    live.delete(attemptId)
    for (const timer of own.timers) clock.clearTimeout(timer)
    say()
  }
  const endSoon = (attemptId: string): void => {
    const own = live.get(attemptId)
    own?.timers.add(
      clock.setTimeout(() => end(attemptId, () => own.report({ type: 'attempt.ended' })), endingMs),
    )
  }
  return {
    accepts: (_carrying, taskId) => {
      if (script.faultOf(taskOf(taskId)) !== 'rejected' || declined.has(taskId)) return true
      declined.add(taskId)
      return false
    },
    start: (attempt, report) => {
      const task = taskOf(attempt.taskId)
      const own: Live = { report, fault: script.faultOf(task), timers: new Set() }
      live.set(attemptIdOf(attempt), own)
      const after = (ms: number, act: () => void): void => {
        const timer = clock.setTimeout(() => {
          own.timers.delete(timer)
          act()
        }, ms)
        own.timers.add(timer)
      }
      if (own.fault === 'never-starts') return
      if (own.fault === 'rejected' && !rejected.has(task.id)) {
        rejected.add(task.id)
        const attemptId = attemptIdOf(attempt)
        after(endingMs, () => end(attemptId, () => report({ type: 'attempt.rejected' })))
        return
      }
      carryOut(attempt, own, { task, script, after, end })
    },
    abort: (attemptId) => {
      if (live.get(attemptId)?.fault !== 'ignores-abort') endSoon(attemptId)
    },
    ...(traitsOf(name).isForceable ? { force: endSoon } : {}),
  }
}

/** Plays an attempt, from its start to its end if it has one. */
function carryOut(
  tried: Attempt,
  { report, fault }: Live,
  given: {
    readonly task: PlannedTask
    readonly script: Script
    readonly after: (ms: number, act: () => void) => void
    readonly end: (attemptId: string, say: () => void) => void
  },
): void {
  const { task, script, after, end } = given
  const attemptId = attemptIdOf(tried)
  report({ type: 'attempt.started' })
  script.agents?.began(tried, { halfMs: script.durationMs(task) / 2, model: task.agent?.model, report })
  if (fault === 'hangs' || fault === 'ignores-abort') return
  const { stallAfterMs, stallGraceMs } = task.policy
  const silentMs = stallAfterMs + (stallGraceMs < Infinity ? stallGraceMs : 0)
  const lastsMs = Math.min(script.durationMs(task), mostBeats * stallAfterMs * beatEvery)
  const takesMs = fault === 'stalls' ? silentMs + endingMs + lastsMs : lastsMs
  const isSilent = (): boolean => script.agents?.isSilent(tried.agent) === true
  // Work that goes well gives signs before it counts as stalled. Where a stall would have no consequence, they are left
  // out.
  if (fault !== 'stalls' && stallGraceMs < Infinity && stallAfterMs < lastsMs) beat()
  after(takesMs, () => {
    if (isSilent()) return
    end(attemptId, () => {
      const failure = tried.attempt > 1 && fault === 'fails-once' ? undefined : failureOf(fault)
      report(
        failure === undefined
          ? { type: 'attempt.completed', output: script.outputOf(task) }
          : { type: 'attempt.failed', failure },
      )
    })
  })

  function beat(): void {
    after(stallAfterMs * beatEvery, () => {
      if (isSilent()) return
      script.onBeat()
      report({ type: 'attempt.heartbeat' })
      beat()
    })
  }
}

function failureOf(fault: DagFaultKind | undefined): ReportedFailure | undefined {
  const failure = { code: 'SCRIPTED', message: 'the fault that was tried' }
  if (fault === 'fails' || fault === 'fails-once') return failure
  if (fault === 'fails-terminally') return { ...failure, retryable: false }
  return fault === 'fails-critically' ? { ...failure, retryable: false, severity: 'critical' } : undefined
}
