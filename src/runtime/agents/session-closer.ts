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

/** A closing may take so long. */
const longestMs = 10_000
/** Facts are journalled. */
const longestMessage = 2_000

/** Has sessions closed, once each. What fails or takes too long is told, and is not tried again. */
export class SessionCloser {
  readonly #close: CloseSession
  readonly #failed: (session: ClosedSession, message: string) => void
  readonly #underWay = new Set<Promise<void>>()

  constructor(close: CloseSession, failed: (session: ClosedSession, message: string) => void) {
    this.#close = close
    this.#failed = failed
  }

  close(agentId: string, id: string, why: SessionEnd, clock: Clock): void {
    const closing = this.#within(agentId, id, why, clock)
    this.#underWay.add(closing)
    void closing.then(() => this.#underWay.delete(closing))
  }

  /** Undefined where none is under way; otherwise resolves when all of them are over. */
  over(): Promise<unknown> | undefined {
    return this.#underWay.size === 0 ? undefined : Promise.all(this.#underWay)
  }

  async #within(agentId: string, id: string, why: SessionEnd, clock: Clock): Promise<void> {
    const controller = new AbortController()
    const session = { id, agentId, why, signal: controller.signal }
    let timer
    const tooLong = new Promise<string>((resolve) => {
      timer = clock.setTimeout(() => {
        resolve(`it took longer than ${longestMs / 1000} s`)
        controller.abort()
      }, longestMs)
    })
    const message = await Promise.race([this.#called(session), tooLong])
    clock.clearTimeout(timer)
    if (message !== undefined) this.#failed(session, message.slice(0, longestMessage))
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
