import { Subscription } from 'rxjs'
import { thrownText } from '../../errors/foreign-value.ts'
import type { Backoff } from '../../graph/plan.ts'
import { backoffMs } from '../../scheduling/backoff.ts'
import type { Clock } from '../../time/clock.ts'
import { Pause } from './pause.ts'
import type { Opened, ReadSource } from './source.ts'
import type { NewSourceFact } from './source-facts.ts'

export interface IntakeOptions {
  readonly name: string
  readonly source: Pick<ReadSource, 'open' | 'heard'>
  readonly backoff: Backoff
  readonly againMs: number | undefined
  readonly clock: Clock
  /** Whether an item may be taken now. */
  readonly hasRoom: () => boolean
  /** Takes an item, and says whether it takes up room. */
  readonly take: (item: unknown) => boolean
  readonly tell: (fact: NewSourceFact) => void
}

const stopped = Symbol('stopped')

/**
 * Gets the items out of a source: opens it, pulls while there is room, and opens it again when it threw. It never throws.
 */
export class Intake {
  readonly #options: IntakeOptions
  readonly #pause: Pause
  #isStopped = false
  #roomIsThere: (() => void) | undefined
  #stopTaking: (() => void) | undefined
  /** Since it gave an item last. */
  #failures = 0

  constructor(options: IntakeOptions) {
    this.#options = options
    this.#pause = new Pause(options.clock)
  }

  /** Resolves when nothing more will come. */
  async run(): Promise<void> {
    const { source, clock, againMs, tell } = this.#options
    const dispose = (opened: Opened | undefined): void => this.#dispose(opened)
    if (this.#isStopped) return dispose(source.heard())
    for (let opening = 1; !this.#isStopped; opening++) {
      let waitMs: number | undefined
      try {
        const opened = await this.#untilStopped(source.open(), dispose)
        if (opened === stopped) return
        if (this.#isStopped) return dispose(opened)
        tell({ type: 'source.opened', opening })
        await (opened.kind === 'pulled' ? this.#pull(opened.iterator) : this.#listen(opened.items$))
        if (this.#isStopped) return
        this.#failures = 0
        waitMs = againMs
        const until = againMs === undefined ? {} : { until: clock.now() + againMs }
        tell({ type: 'source.ended', ...until })
      } catch (thrown) {
        if (this.#isStopped) return
        waitMs = this.#failed(thrown)
      }
      if (waitMs === undefined) return
      await this.#pause.wait(waitMs)
    }
  }

  /** There may be room again. */
  wake(): void {
    this.#roomIsThere?.()
  }

  /** Takes nothing more. An item that is on its way still comes. */
  stop(): void {
    this.#isStopped = true
    this.#stopTaking?.()
    this.#roomIsThere?.()
    this.#pause.end()
  }

  /** Stopped before it was asked for anything. What it has given all the same goes back. */
  #dispose(opened: Opened | undefined): void {
    const { take } = this.#options
    if (opened?.kind === 'pulled') end(opened.iterator)
    else if (opened?.isHeard === true)
      opened.items$.subscribe({ next: take, error: () => undefined }).unsubscribe()
  }

  #failed(thrown: unknown): number {
    const { name, backoff, clock, tell } = this.#options
    const failures = ++this.#failures
    const waitMs = backoffMs(backoff, failures, `${name}/${failures}`)
    tell({ type: 'source.failed', failures, message: thrownText(thrown), until: clock.now() + waitMs })
    return waitMs
  }

  async #pull(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<void> {
    while (!this.#isStopped) {
      await this.#room()
      if (this.#isStopped) break
      const next = await this.#untilStopped(Promise.resolve(iterator.next()), ({ done, value }) => {
        if (done !== true) this.#options.take(value)
      })
      if (next === stopped) break
      if (next.done === true) return
      this.#failures = 0
      // A source that gives what takes no room may give it for ever, without a turn for anything else.
      if (!this.#options.take(next.value)) await nextTurn()
    }
    end(iterator)
  }

  #listen(items$: Extract<Opened, { kind: 'pushed' }>['items$']): Promise<void> {
    return new Promise((resolve, reject) => {
      // Items may come, and be stopped, before it is known what to unsubscribe.
      const subscription = new Subscription()
      this.#stopTaking = () => {
        subscription.unsubscribe()
        resolve()
      }
      const take = (item: unknown): void => {
        this.#failures = 0
        this.#options.take(item)
      }
      subscription.add(items$.subscribe({ next: take, error: reject, complete: resolve }))
    })
  }

  async #room(): Promise<void> {
    while (!this.#isStopped && !this.#options.hasRoom()) {
      await new Promise<void>((resolve) => {
        this.#roomIsThere = resolve
      })
      this.#roomIsThere = undefined
    }
  }

  /** What it resolves with; or `stopped`, once nothing more is taken: `late` gets what comes then. */
  #untilStopped<T>(promise: Promise<T>, late: (value: T) => void): Promise<T | typeof stopped> {
    return new Promise((resolve, reject) => {
      this.#stopTaking = () => resolve(stopped)
      promise.then((value) => (this.#isStopped ? late(value) : resolve(value))).catch(reject)
    })
  }
}

/** Tells an iterator that nothing more is asked of it. What it makes of that is its own. */
function end(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  try {
    Promise.resolve(iterator.return?.()).catch(() => undefined)
  } catch {
    // It has ended itself.
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
