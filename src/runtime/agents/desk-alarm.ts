import { Deadlines } from '../../scheduling/deadlines.ts'
import type { Clock } from '../../time/clock.ts'
import { Alarm } from '../commit/alarm.ts'

/** The instants that agents are waited for; `Infinity` for none. */
export interface Awaited {
  /** Somebody may have been silent for too long. */
  readonly reaping: number
  readonly nextDay: number
  /** A kept session may have waited for too long. */
  readonly idling: number
  /** An open claim is given up. */
  readonly claiming: number
  /** What an attempt of an earlier process has reserved is waited for no longer. */
  readonly orphaned: number
}

const kinds = ['reaping', 'nextDay', 'idling', 'claiming', 'orphaned'] as const

/** The one timer of the agents of a runtime. */
export class DeskAlarm {
  readonly #deadlines = new Deadlines(kinds.length)
  readonly #alarm: Alarm

  /** `ring` is called when an instant has come. */
  constructor(clock: Clock, ring: () => void) {
    this.#alarm = new Alarm(clock, this.#deadlines, ring)
  }

  arm(awaited: Awaited): void {
    for (const [key, kind] of kinds.entries()) this.#deadlines.set(key, awaited[kind])
    this.#alarm.update()
  }

  /** The clock was set by this many milliseconds. */
  shift(byMs: number): void {
    this.#deadlines.shift(byMs)
    this.#alarm.shift(byMs)
  }

  stop(): void {
    this.#alarm.stop()
  }
}
