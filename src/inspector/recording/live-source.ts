import type { AnyActorRef } from 'xstate'
import type { Fact } from '../../events/facts.ts'
import { statusAfter } from '../../events/run-summary.ts'
import type { Runtime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { Explanation } from '../../events/explanation.ts'
import { hostOf } from '../../runtime/actor/actor-host.ts'
import type { Desk } from '../../runtime/agents/desk.ts'
import { watchAgents } from '../../runtime/agents/watch-agents.ts'
import type { Shared } from '../../runtime/shared.ts'
import type { Clock } from '../../time/clock.ts'
import type { Command, LogId } from '../protocol.ts'
import { sanitiser, type SanitiserOptions } from '../sanitise.ts'
import { ActorLooks } from './actor-looks.ts'
import { agentsLog, AgentsRecording } from './agents-recording.ts'
import { factWriter } from './fact-entry.ts'
import { KnownRuns } from './known-runs.ts'
import { LogRecorder } from './log-recorder.ts'
import { carryOut } from './carry-out.ts'
import { isUrgent, RunRecording } from './run-recording.ts'
import { secretsOf } from './secrets.ts'
import { Refusal, type Source } from './source.ts'
import { rootOf } from './watch-actors.ts'

/** How many runs have a log at once. The log that was opened first goes first. */
const mostRecordings = 100
/** How many of the latest runs are recorded before anybody opens their logs. */
const mostAhead = 4

/** What is recorded of a runtime, or of one run. Nothing is before somebody opens a log. */
export function liveSource(target: Runtime | RunHandle, options: SanitiserOptions): Source {
  const sanitise = sanitiser(options)
  const write = factWriter(sanitise, options)
  const root = rootOf(target)
  const now = nowOf(root)
  const secrets = secretsOf(root)
  const recordings = new Map<string, RunRecording>()
  const gone = new Set<string>()
  /** The runs that are recorded though nobody has opened their logs yet. */
  const ahead = new Set<string>()
  const statuses = new WeakMap<RunHandle, string>()
  let overview: LogRecorder | undefined
  let grown: ((isUrgent: boolean) => void) | undefined

  const tellRun = (run: RunHandle, status: string): void => {
    if (overview === undefined || statuses.get(run) === status) return
    statuses.set(run, status)
    const { id: runId, name, plan } = run
    overview.push({ kind: 'run', at: now(), runId, name, status, tasks: plan.tasks.length }, true)
    grown?.(false)
  }
  const told = (fact: Fact): void => {
    const status = statusAfter[fact.type as keyof typeof statusAfter]
    const run = status === undefined ? undefined : runs.get(fact.runId)
    if (run !== undefined) tellRun(run, status!)
  }
  let team: AgentsRecording | undefined
  const openAgents = (): AgentsRecording | undefined => {
    const desk = deskOf(root)
    if (team !== undefined || desk === undefined) return team
    team = new AgentsRecording({
      sanitise,
      secrets,
      now,
      told$: watchAgents(desk),
      actorOf: (id) => desk.registry.actorOf(id),
      grown: () => grown?.(false),
    })
    stops.push(() => team!.close())
    return team
  }
  const runs = new KnownRuns(target, (run) => {
    tellRun(run, statusOf(run))
    if (overview !== undefined) recordAhead(run.id)
  })
  const stops: (() => void)[] = []

  const openOverview = (): LogRecorder => {
    overview = new LogRecorder({ runId: undefined, sanitise, secrets, now, executorOf: () => undefined })
    for (const run of runs.all()) tellRun(run, statusOf(run))
    const subscription = target.events$.subscribe(told)
    stops.push(() => subscription.unsubscribe())
    return overview
  }
  const openRun = (runId: string): RunRecording | undefined => {
    const run = gone.has(runId) ? undefined : runs.get(runId)
    if (run === undefined) return undefined
    for (const [oldest, recording] of recordings) {
      if (recordings.size < mostRecordings) break
      // Recorded anew, its entries would have other numbers.
      gone.add(oldest)
      recordings.delete(oldest)
      recording.close()
    }
    const recording = new RunRecording(run, {
      sanitise,
      secrets,
      write,
      now,
      told: (fact) => grown?.(isUrgent(fact)),
    })
    recordings.set(runId, recording)
    return recording
  }
  /** A run may tell more than it holds before the first page has heard that there is one. */
  const recordAhead = (runId: string): void => {
    if (recordings.has(runId) || openRun(runId) === undefined) return
    ahead.add(runId)
    for (const oldest of ahead) {
      if (ahead.size <= mostAhead) break
      ahead.delete(oldest)
      recordings.get(oldest)?.close()
      recordings.delete(oldest)
    }
  }
  const recorderOf = (log: LogId): LogRecorder | undefined => {
    if (log === '') return overview ?? openOverview()
    if (log === agentsLog) return openAgents()?.recorder
    ahead.delete(log)
    return (recordings.get(log) ?? openRun(log))?.recorder
  }
  const looks = new ActorLooks({
    target,
    recorded: (log) => (log === '' ? overview : recordings.get(log)?.recorder),
    runOf: (log) => runs.get(log),
    grown: () => grown?.(false),
  })
  const runOf = (log: LogId): RunHandle => {
    const run = runs.get(log)
    if (run === undefined)
      throw new Refusal('RUN_UNKNOWN', `There is no run ${JSON.stringify(log)} here, or no longer.`)
    return run
  }

  return {
    saved: false,
    now,
    open: (log) => recorderOf(log)?.log,
    onGrowth: (listener) => {
      grown = listener
    },
    look: (client, log, look) => {
      if (log === agentsLog) return team?.look(client, look)
      if (look !== undefined) recorderOf(log)
      looks.set(client, log, look)
    },
    why: (log, taskId): Explanation => runOf(log).why(taskId),
    command: (log: LogId, command: Command) =>
      carryOut(command, {
        run: () => runOf(log),
        actor: (name) => looks.actorNamed(log, name),
      }),
    close: () => {
      looks.close()
      runs.close()
      for (const stop of stops) stop()
      for (const recording of recordings.values()) recording.close()
    },
  }
}

/** Who gives tasks to the agents of a runtime, where it has some. */
function deskOf(root: AnyActorRef): Desk | undefined {
  const { shared } = (hostOf(root) ?? {}) as { readonly shared?: Shared }
  // The runtime knows no more of it than it needs; there is no other one.
  return shared?.agents as Desk | undefined
}

function statusOf(run: RunHandle): string {
  return run.actor.getSnapshot().value
}

/** The instant by the clock that the runtime was given, if it tells one. */
function nowOf(root: AnyActorRef): () => number {
  const { clock } = root as unknown as { readonly clock: Partial<Clock> }
  return typeof clock.now === 'function' ? () => clock.now!() : () => Date.now()
}
