import { type Allowance, jobKey } from '../../agents/allowance.ts'
import type { AgentJob } from '../../events/agent-facts.ts'

/** How long it is waited for the recovery of their runs. Ten minutes. */
const patienceMs = 600_000

/**
 * Attempts of an earlier life that may still be at work where their executor has placed them. They are reserved for until
 * their run is recovered, and then they are taken over, or it is told that they were interrupted.
 */
export class Orphans {
  readonly #allowance: Allowance
  readonly #waiting = new Map<string, AgentJob>()
  #until = Number.POSITIVE_INFINITY

  constructor(allowance: Allowance) {
    this.#allowance = allowance
  }

  /** All of them are there from the same instant on. */
  await(jobs: readonly AgentJob[], at: number): void {
    for (const job of jobs) this.#waiting.set(jobKey(job), job)
    this.#until = at + patienceMs
  }

  /** When they are given up; `Infinity` for none. */
  get dueAt(): number {
    return this.#waiting.size === 0 ? Number.POSITIVE_INFINITY : this.#until
  }

  takeUp(job: AgentJob): void {
    this.#waiting.delete(jobKey(job))
  }

  interrupted(job: AgentJob, at: number): void {
    if (this.#waiting.delete(jobKey(job))) this.#allowance.settle(job, 'failed', at)
  }

  runEnded(runId: string, at: number): void {
    for (const job of this.#waiting.values()) if (job.runId === runId) this.interrupted(job, at)
  }

  /** Nobody has recovered their runs for too long. */
  reap(at: number): void {
    for (const job of this.#waiting.values()) this.interrupted(job, at)
  }

  shift(byMs: number): void {
    this.#until += byMs
  }
}
