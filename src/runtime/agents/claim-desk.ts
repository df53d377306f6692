import { shownValue, thrownText } from '../../errors/foreign-value.ts'
import type { ClaimEnd } from '../../events/facts.ts'
import { foreign } from '../../executors/foreign-call.ts'
import type { ClaimConflict, Claimed, Claims } from '../../ports/claims.ts'
import { showMs } from '../../time/show-ms.ts'
import type { DeskHost } from '../admission/agent-desk.ts'
import type { LiveTask } from '../run/live-task.ts'
import { endJob, type FailedClaim, ownPart } from './place-task.ts'

/** What the desk does for its claims. */
export interface ClaimingDesk {
  /** Grants the task to the agent that it was reserved for. */
  grant(live: LiveTask): void
  /** Gives back what was reserved for the task. */
  undo(live: LiveTask): void
  refuse(live: LiveTask, failed: FailedClaim): void
  /** Whether that agent may be given anything now. */
  mayHave(agentId: string): boolean
}

/** A claim that has not been answered. */
interface OpenClaim {
  readonly live: LiveTask
  readonly agentId: string
  until: number
}

type Answer = { readonly given: unknown } | { readonly thrown: unknown }

/**
 * Claims tasks before they are granted. A claim is held over all attempts of its task: each dispatch confirms it. It is
 * released once, when the task has ended, when its executor takes its acceptance back, or when it comes too late.
 */
export class ClaimDesk {
  readonly #claims: Claims
  readonly #timeoutMs: number
  readonly #host: DeskHost
  readonly #desk: ClaimingDesk
  /** In the order in which they are given up. */
  readonly #open = new Set<OpenClaim>()
  readonly #held = new Set<LiveTask>()
  readonly #releasing = new Set<Promise<void>>()
  #isClosed = false

  constructor(claims: Claims, timeoutMs: number, host: DeskHost, desk: ClaimingDesk) {
    this.#claims = claims
    this.#timeoutMs = timeoutMs
    this.#host = host
    this.#desk = desk
  }

  /** When the first open claim is given up. */
  get dueAt(): number {
    for (const { until } of this.#open) return until
    return Number.POSITIVE_INFINITY
  }

  /** Claims the task for the agent, and grants it to that one, now or when the answer comes. */
  ask(live: LiveTask, agentId: string): void {
    const { run } = live
    const answer = this.#ask(live, agentId)
    if (!('given' in answer && foreign.isThenable(answer.given))) {
      this.#answered(live, agentId, answer)
      return
    }
    const open = { live, agentId, until: run.now + this.#timeoutMs }
    this.#open.add(open)
    ownPart(live).claim = open
    run.sendTask(live, { type: 'task.claim', at: run.now, isOpen: true })
    // Until it is granted, its executor has not been asked to begin.
    live.isOfferOnly = true
    this.#hear(answer.given, (heard) => this.#came(open, heard))
  }

  /** An executor takes over the attempt of an earlier coordinator: its claim becomes this one's. */
  resume(live: LiveTask, agentId: string): void {
    const { attempt } = live.context
    const asked = this.#ask(live, agentId)
    if (!('given' in asked)) return
    this.#hear(asked.given, (heard) => {
      const found = 'given' in heard ? readAnswer(heard.given) : undefined
      if (found === undefined) return
      if ('heldBy' in found) {
        if (live.context.attempt !== attempt) return
        this.left(live)
        endJob(live, 'claim-lost')
      } else if (this.#isClosed || isOver(live)) this.#release(live, found, endOf(live))
      else if (found.fence > (ownPart(live).fence ?? 0)) this.#hold(live, found)
    })
  }

  /** What has not been answered in time has failed. */
  expire(at: number): void {
    for (const open of this.#open) {
      if (open.until > at) return
      this.#open.delete(open)
      const message = `Nobody has said within ${showMs(this.#timeoutMs)} whether it is claimed.`
      this.#failed(open.live, open.agentId, { why: 'timeout', message })
    }
  }

  /** Nobody waits for its claim any more. False where nobody did. */
  withdraw(live: LiveTask): boolean {
    const { claim } = ownPart(live)
    ownPart(live).claim = undefined
    return claim !== undefined && this.#open.delete(claim as OpenClaim)
  }

  /** Releases the claim that it has, with how it has ended. */
  left(live: LiveTask): void {
    const part = ownPart(live)
    if (!part.isClaimed) return
    part.isClaimed = false
    this.#held.delete(live)
    this.#release(live, { key: keyOf(live), fence: part.fence! }, endOf(live))
  }

  shift(byMs: number): void {
    for (const open of this.#open) open.until += byMs
  }

  /** Gives back all that is left, and resolves when everything is released. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#open.clear()
    for (const live of this.#held) this.left(live)
    await Promise.all(this.#releasing)
  }

  #ask(live: LiveTask, agentId: string): Answer {
    const { run, context } = live
    const { taskId, state } = context
    const attempt = state === 'dispatched' ? context.attempt + 1 : context.attempt
    const after = lastFence(live)
    const key = keyOf(live)
    const { owner } = this.#host
    try {
      const known = after === undefined ? {} : { after }
      return { given: this.#claims.claim({ key, runId: run.id, taskId, attempt, agentId, owner, ...known }) }
    } catch (thrown) {
      return { thrown }
    }
  }

  #hear(given: unknown, heard: (answer: Answer) => void): void {
    const { macrostep } = this.#host
    void Promise.resolve(given).then(
      (value) => macrostep.run(() => heard({ given: value })),
      (thrown: unknown) => macrostep.run(() => heard({ thrown })),
    )
  }

  #came(open: OpenClaim, answer: Answer): void {
    const { live, agentId } = open
    const given = 'given' in answer ? readAnswer(answer.given) : undefined
    const claimed = given === undefined || 'heldBy' in given ? undefined : given
    if (!this.#open.delete(open)) {
      // The same fence is that of a claim which it had before.
      if (claimed !== undefined && claimed.fence !== ownPart(live).fence) this.#release(live, claimed)
      return
    }
    ownPart(live).claim = undefined
    if (claimed !== undefined && !this.#isWanted(live, agentId)) this.#turnDown(live, claimed)
    else this.#answered(live, agentId, answer)
  }

  /** Whether it may start now. */
  #isWanted({ run }: LiveTask, agentId: string): boolean {
    return run.dagContext.state !== 'paused' && !run.isSetAside && this.#desk.mayHave(agentId)
  }

  /** It waits for a grant again. */
  #turnDown(live: LiveTask, claimed: Claimed): void {
    const { run, task } = live
    this.#hold(live, claimed)
    this.left(live)
    this.#desk.undo(live)
    run.sendTask(live, { type: 'task.claim', at: run.now, isOpen: false })
    if (run.live.get(task.index) === live && !run.postpones(task.index)) run.restore(task.index)
  }

  #answered(live: LiveTask, agentId: string, answer: Answer): void {
    const found = 'given' in answer ? readAnswer(answer.given) : undefined
    if (found === undefined) {
      const said =
        'given' in answer ? `the claims answered ${shownValue(answer.given)}` : thrownText(answer.thrown)
      this.#failed(live, agentId, { why: 'threw', message: `It could not be claimed: ${said}` })
      return
    }
    if ('heldBy' in found) {
      const { heldBy, ended } = found
      // In case that is not so.
      this.left(live)
      const refused = ended === undefined ? { why: 'held' as const } : { why: 'ended' as const, ended }
      const message =
        ended === undefined ? `It is claimed by ${heldBy}.` : `It is ${ended} already, by ${heldBy}.`
      this.#failed(live, agentId, { ...refused, heldBy, message })
      return
    }
    const { run, context } = live
    this.#hold(live, found)
    run.tellTask(live, { type: 'task.claimed', taskId: context.taskId, agentId, fence: found.fence })
    live.isOfferOnly = false
    this.#desk.grant(live)
  }

  #failed(live: LiveTask, agentId: string, failed: Omit<FailedClaim, 'agentId'>): void {
    ownPart(live).claim = undefined
    this.#desk.undo(live)
    this.#desk.refuse(live, { agentId, ...failed })
  }

  #hold(live: LiveTask, { fence }: Claimed): void {
    const part = ownPart(live)
    part.claimed = { key: keyOf(live), fence }
    part.fence = fence
    part.isClaimed = true
    this.#held.add(live)
  }

  /** At once, whether or not its facts are safe yet: nobody may do again what has ended, even if this process dies now. */
  #release(live: LiveTask, claimed: Claimed, ended?: ClaimEnd): void {
    try {
      const done: unknown = this.#claims.release(claimed, ended)
      if (!foreign.isThenable(done)) return
      const releasing: Promise<void> = Promise.resolve(done)
        .then(undefined, (thrown: unknown) => this.#notReleased(live, thrown))
        .then(() => void this.#releasing.delete(releasing))
      this.#releasing.add(releasing)
    } catch (thrown) {
      this.#notReleased(live, thrown)
    }
  }

  #notReleased({ run, context }: LiveTask, thrown: unknown): void {
    if (run.isClosed) return
    const message = `The claim of ${context.taskId} could not be released: ${thrownText(thrown)}`
    this.#host.macrostep.run(() => run.outbox.pass({ type: 'observer.failed', message }))
  }
}

const isOver = ({ run, task }: LiveTask): boolean => run.books.outcomes[task.index] !== undefined

/** Ids of runs and tasks may have slashes: those of the run are written otherwise, so that no two tasks have one key. */
function keyOf({ run, context }: LiveTask): string {
  return `${run.id.replaceAll('%', '%25').replaceAll('/', '%2F')}/${context.taskId}`
}

/** That of its last claim. A task that was redriven has it in its facts. */
function lastFence(live: LiveTask): number | undefined {
  const { run, context } = live
  const { fence } = ownPart(live)
  if (fence !== undefined || context.attempt === 0) return fence
  return run.log.task(context.taskId)?.agents?.fence
}

/** How a task has ended, for others. Not at all where it was killed because its own store failed, or its actors did. */
function endOf({ run, context: { state } }: LiveTask): ClaimEnd | undefined {
  if (state === 'completed' || state === 'failed') return state
  return state === 'killed' && run.cutOff === undefined ? state : undefined
}

/** Undefined for what is no answer. */
function readAnswer(given: unknown): Claimed | ClaimConflict | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  if ('heldBy' in given) return typeof given.heldBy === 'string' ? (given as ClaimConflict) : undefined
  return 'fence' in given && Number.isSafeInteger(given.fence) ? (given as Claimed) : undefined
}
