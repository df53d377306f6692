import { type Clock, longestTimerMs, type TimerId } from '../../time/clock.ts'

/** A wait that can be cut short. One at a time. */
export class Pause {
  readonly #clock: Clock
  #timer: TimerId
  #goOn: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves after that many milliseconds, or when it is cut short. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve
      const arm = (left: number): void => {
        const part = Math.min(left, longestTimerMs)
        this.#timer = this.#clock.setTimeout(() => (left > part ? arm(left - part) : this.end()), part)
      }
      arm(ms)
    })
  }

  end(): void {
    this.#clock.clearTimeout(this.#timer)
    const goOn = this.#goOn
    this.#goOn = undefined
    goOn?.()
  }
}
