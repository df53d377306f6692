import type { ClaimEnd } from '../events/facts.ts'
import type { Owner } from './store.ts'

/** Who asks for a task, and for which one. */
export interface ClaimRequest {
  /**
   * `runId/taskId`, where slashes and `%` of the run's id are written as in a URL: the claim is one of the task, not of
   * one attempt.
   */
  readonly key: string
  readonly runId: string
  readonly taskId: string
  /** The attempt that it is about to begin. */
  readonly attempt: number
  /** The agent that is to have it. */
  readonly agentId: string
  /** The runtime that asks. It is alive while its process is. */
  readonly owner: Owner
  /**
   * The fence that the run had last for this task, as its facts say. Whoever says the one that is there goes on with that
   * claim, whoever holds it, even where the task has ended: it is the same run, tried again, recovered or redriven.
   */
  readonly after?: number
}

/** A claim that was given. It counts until another one is given for its key. */
export interface Claimed {
  readonly key: string
  /** Greater than that of every earlier claim of the key. */
  readonly fence: number
}

/** Somebody else has it. */
export interface ClaimConflict {
  /** Who, for people: the process, or whatever finds the one who has it. */
  readonly heldBy: string
  /** How the task ended there, where it has. */
  readonly ended?: ClaimEnd
}

/**
 * Claims of tasks, so that of several coordinators that have the same task one does it. All of them need claims over the same
 * database, service, or whatever is common to them. `claimsConformance` of `dagmar/testing` tests this contract.
 *
 * `claim` and `release` are called in the middle of a step: they must not call the runtime. What throws or rejects counts as
 * not claimed.
 */
export interface Claims {
  /**
   * Gives the claim to at most one owner: to anybody, where nobody has it or the process of whoever has it is gone; to who
   * asks with the fence of the last claim as `after`; and again to the owner that has it. The fence is a new one, unless the
   * owner that has the claim asks with its fence: then it stays. Where the last claim was released with how the task ended,
   * only who asks with its fence gets another one.
   */
  claim(request: ClaimRequest): Claimed | ClaimConflict | Promise<Claimed | ClaimConflict>
  /**
   * Gives a claim back: with how the task ended, it is never done again; without, others may claim it. Does nothing where
   * another claim of the key was given since, or this one was released before.
   */
  release(claimed: Claimed, ended?: ClaimEnd): void | Promise<void>
  /** Whether the claim still counts: no other one was given for its key since, and it was not released. */
  holds(claimed: Claimed): boolean | Promise<boolean>
}
