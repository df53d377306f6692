import type { Observable, Subscription } from 'rxjs'
import type { Explanation } from '../../events/explanation.ts'
import { type Fact, isRunFact } from '../../events/facts.ts'
import type { AgentsTold } from '../../runtime/agents/watch-agents.ts'
import type { Command, Entry, LogId } from '../protocol.ts'
import { sanitiser, type SanitiserOptions } from '../sanitise.ts'
import { agentsLog, AgentsRecording } from './agents-recording.ts'
import { EntryLog } from './entry-log.ts'
import { factWriter, type WriteFact } from './fact-entry.ts'
import { ownMachines } from './own-machines.ts'
import { isUrgent } from './run-recording.ts'
import { noSecrets } from './secrets.ts'
import { Refusal, type Source } from './source.ts'

/** A run as a list of runs shows it. */
export type RunElsewhere = Omit<Extract<Entry, { kind: 'run' }>, 'kind' | 'at'>

/** What can be asked of a run that is elsewhere: everything but events for its actors. */
export type CommandElsewhere = Exclude<Command, { command: 'send' }>

/** Runs that go on in another process. */
export interface RunsElsewhere {
  /** All of them, soon after subscription and after each change. */
  readonly runs$: Observable<readonly RunElsewhere[]>
  /** What is told of the agents that all of them share. Absent where there are none. */
  readonly agents$?: Observable<AgentsTold>
  /** The facts of a run from that `seq` on, live, until it is settled. */
  events(runId: string, from: number): Observable<Fact>
  why(runId: string, taskId: string): Promise<Explanation>
  /** Resolves when it was taken. */
  command(runId: string, command: CommandElsewhere): Promise<void>
}

/** How many runs have a log at once. The log that was opened first goes first. */
const mostRecordings = 100
/** After so many entries of a list, or twice as many as it has runs, all of it is told again: the oldest are given up. */
const retoldAfter = 10_000

const now = (): number => Date.now()
const settled: ReadonlySet<string> = new Set(['completed', 'failed', 'killed'])

/** What is recorded of runs in another process: their list, and of each what it tells once somebody has opened its log. */
export interface RunsSource extends Source {
  /** Resolves when the runs are known. Rejects where they cannot be. */
  readonly ready: Promise<void>
}

export function runsSource(runs: RunsElsewhere, options: SanitiserOptions): RunsSource {
  const sanitise = sanitiser(options)
  const write = factWriter(sanitise, options)
  /** What was told last of each, as JSON. */
  const known = new Map<string, string>()
  const recordings = new Map<string, Recording>()
  const letGo = new Set<string>()
  const overview = newLog(now())
  let sinceRetold = 0
  let grown: ((isUrgent: boolean) => void) | undefined

  const tell = (entry: Entry): void => {
    sinceRetold++
    overview.push(JSON.stringify(entry), true)
  }
  const told = (all: readonly RunElsewhere[]): void => {
    const isRetold = sinceRetold > Math.max(retoldAfter, 2 * all.length)
    if (isRetold) sinceRetold = 0
    const gone = new Set(known.keys())
    for (const run of all) {
      gone.delete(run.runId)
      const json = JSON.stringify(run)
      if (isRetold || known.get(run.runId) !== json) tell({ kind: 'run', at: now(), ...run })
      known.set(run.runId, json)
      if (!settled.has(run.status)) recordings.get(run.runId)?.goOn()
    }
    for (const runId of gone) {
      known.delete(runId)
      tell({ kind: 'gone', at: now(), runId })
    }
    grown?.(false)
  }
  const openRun = (runId: string): Recording | undefined => {
    if (letGo.has(runId) || !known.has(runId)) return undefined
    for (const [oldest, recording] of recordings) {
      if (recordings.size < mostRecordings) break
      // Recorded anew, its entries would have other numbers.
      letGo.add(oldest)
      recordings.delete(oldest)
      recording.close()
    }
    const recording = new Recording({
      log: newLog(now()),
      write,
      events: (from) => runs.events(runId, from),
      told: (fact) => grown?.(isUrgent(fact)),
    })
    recordings.set(runId, recording)
    recording.goOn()
    return recording
  }
  let team: AgentsRecording | undefined
  const openAgents = (): EntryLog | undefined => {
    const { agents$: told$ } = runs
    if (team === undefined && told$ !== undefined) {
      team = new AgentsRecording({
        sanitise,
        secrets: noSecrets,
        now,
        told$,
        actorOf: () => undefined,
        grown: () => grown?.(false),
      })
    }
    return team?.recorder.log
  }
  let list: Subscription | undefined
  const ready = new Promise<void>((resolve, reject) => {
    list = runs.runs$.subscribe({
      next: (all) => {
        told(all)
        resolve()
      },
      error: reject,
    })
  })
  return {
    ready,
    saved: false,
    now,
    open: (log) => {
      if (log === '') return overview
      return log === agentsLog ? openAgents() : (recordings.get(log) ?? openRun(log))?.log
    },
    onGrowth: (listener) => {
      grown = listener
    },
    // The actors are in the other process.
    look: () => undefined,
    why: (log, taskId) => runs.why(log, taskId),
    command: (log: LogId, command: Command) => {
      if (command.command !== 'send') return runs.command(log, command)
      throw new Refusal(
        'ACTOR_UNKNOWN',
        'The actors of a job are in its supervisor, where nothing is sent to them.',
      )
    },
    close: () => {
      list?.unsubscribe()
      team?.close()
      for (const recording of recordings.values()) recording.close()
    },
  }
}

function newLog(at: number): EntryLog {
  const log = new EntryLog()
  for (const entry of ownMachines(at)) log.push(JSON.stringify(entry))
  return log
}

interface RecordingOptions {
  readonly log: EntryLog
  readonly write: WriteFact
  readonly events: (from: number) => Observable<Fact>
  readonly told: (fact: Fact) => void
}

/** The log of one run: its facts from the first on, and again after each redrive. */
class Recording {
  readonly log: EntryLog
  readonly #options: RecordingOptions
  #lastSeq = 0
  #subscription: Subscription | undefined

  constructor(options: RecordingOptions) {
    this.log = options.log
    this.#options = options
  }

  /** Follows the run, unless it does. */
  goOn(): void {
    if (this.#subscription?.closed === false) return
    this.#subscription = this.#options.events(this.#lastSeq + 1).subscribe({
      next: (fact) => this.#record(fact),
      error: () => undefined,
    })
  }

  close(): void {
    this.#subscription?.unsubscribe()
  }

  #record(fact: Fact): void {
    // A line that has not ended comes again as a whole.
    if (fact.type === 'task.output' && fact.isPartial === true) return
    const isLasting = isRunFact(fact)
    this.log.push(this.#options.write(fact), !isLasting)
    if (isLasting) this.#lastSeq = fact.seq
    this.#options.told(fact)
  }
}
