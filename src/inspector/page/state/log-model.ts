import type { ActorName, Entry, MachineModel } from '../../protocol.ts'
import { AgentsHistory } from './agents-history.ts'
import { keep, keepIn } from './grouped.ts'
import { History } from './history.ts'

export type ActorEntry = Extract<Entry, { kind: 'actor' }>
export type EventEntry = Extract<Entry, { kind: 'event' }>
export type SnapshotEntry = Extract<Entry, { kind: 'snapshot' }>
export type RunEntry = Extract<Entry, { kind: 'run' }>

/** What a log has told so far. */
export class LogModel {
  readonly history = new History()
  /** In the log of the agents alone. */
  readonly agents = new AgentsHistory()
  readonly machines = new Map<string, MachineModel>()
  readonly actors = new Map<ActorName, ActorEntry>()
  readonly events: EventEntry[] = []
  readonly snapshots = new Map<ActorName, SnapshotEntry[]>()
  /** The runs of the runtime, by id: in the log of the runtime alone. */
  readonly runs = new Map<string, RunEntry>()
  /** How many entries were no longer there when they were asked for. */
  dropped = 0
  /** The number of the last entry. */
  last = 0
  /** Why nothing more of it can be shown, if that is so: `headless` where its first facts are gone. */
  fault: string | undefined

  /** Takes a batch. Entries that were there before are skipped. */
  take(first: number, entries: readonly Entry[]): void {
    try {
      for (let place = Math.max(0, this.last + 1 - first); place < entries.length; place++) {
        if (this.fault === undefined) this.#apply(entries[place]!)
      }
    } catch (error) {
      const isHeadless = this.history.lastSeq === 0 && this.history.passing[0]?.type === 'stream.lagged'
      this.fault = isHeadless ? 'headless' : String(error)
    }
    this.last = Math.max(this.last, first + entries.length - 1)
  }

  #apply(entry: Entry): void {
    switch (entry.kind) {
      case 'fact':
        this.history.apply(entry.fact)
        return
      case 'run':
        this.runs.set(entry.runId, entry)
        return
      case 'gone':
        this.runs.delete(entry.runId)
        return
      case 'agent':
      case 'agent-fact':
        this.agents.take(entry)
        return
      case 'machine':
        this.machines.set(entry.machine, entry)
        return
      case 'actor':
        this.actors.set(entry.actor, entry)
        return
      case 'event':
        keep(this.events, entry)
        return
      case 'snapshot':
        keepIn(this.snapshots, entry.actor, entry)
        return
      case 'dropped':
        this.dropped += entry.count
    }
  }
}
