import { thrownText } from '../../errors/foreign-value.ts'
import type { SessionEnd } from '../../events/agent-facts.ts'
import type { Clock } from '../../time/clock.ts'

/** A session that is closed. */
export interface ClosedSession {
  readonly id: string
  readonly agentId: string
  readonly why: SessionEnd
  /** Aborted once the closing has taken too long: nobody waits for it any more. */
  readonly signal: AbortSignal
}

export type CloseSession = (session: ClosedSession) => unknown

interface Closing {
  readonly session: ClosedSession
  readonly controller: AbortController
}

/** A closing may take so long, and all that are left at a shutdown. */
const longestMs = 10_000
/** So many are under way at once. */
const mostAtOnce = 16
/** Facts are journalled. */
const longestMessage = 2_000

/** Has sessions closed, once each. What fails or takes too long is told, and is not tried again. */
export class SessionCloser {
  readonly #close: CloseSession
  readonly #failed: (session: ClosedSession, message: string) => void
  readonly #clock: () => Clock
  readonly #waiting: Closing[] = []
  readonly #underWay = new Set<Closing>()
  #whenOver: (() => void) | undefined

  constructor(
    close: CloseSession,
    clock: () => Clock,
    failed: (session: ClosedSession, message: string) => void,
  ) {
    this.#close = close
    this.#clock = clock
    this.#failed = failed
  }

  close(agentId: string, id: string, why: SessionEnd): void {
    const controller = new AbortController()
    this.#waiting.push({ session: { id, agentId, why, signal: controller.signal }, controller })
    this.#next()
  }

  /** Resolves when all of them are over, or have been given up. */
  async over(): Promise<void> {
    if (this.#underWay.size === 0) return
    const clock = this.#clock()
    const timer = clock.setTimeout(() => {
      for (const { session } of this.#waiting.splice(0))
        this.#failed(session, 'the runtime was shut down before')
      for (const { controller } of this.#underWay) controller.abort()
    }, longestMs)
    await new Promise<void>((resolve) => (this.#whenOver = resolve))
    clock.clearTimeout(timer)
  }

  #next(): void {
    if (this.#underWay.size >= mostAtOnce) return
    const closing = this.#waiting.shift()
    if (closing !== undefined) void this.#carryOut(closing)
    else if (this.#underWay.size === 0) this.#whenOver?.()
  }

  async #carryOut(closing: Closing): Promise<void> {
    const { session, controller } = closing
    this.#underWay.add(closing)
    const clock = this.#clock()
    const timer = clock.setTimeout(() => controller.abort(), longestMs)
    const message = await Promise.race([this.#called(session), aborted(session.signal)])
    clock.clearTimeout(timer)
    this.#underWay.delete(closing)
    if (message !== undefined) this.#failed(session, message.slice(0, longestMessage))
    this.#next()
  }

  /** What is wrong with it. */
  async #called(session: ClosedSession): Promise<string | undefined> {
    try {
      await this.#close(session)
      return undefined
    } catch (thrown) {
      return thrownText(thrown)
    }
  }
}

function aborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(`it took longer than ${longestMs / 1000} s`))
  })
}
