import type { Clock } from '../../time/clock.ts'

/** Who has pressed nothing for so long has seen that another question is there, or none. In milliseconds. */
const pauseMs = 500

/** Knows of keys that are still meant for a question which went away by itself, as when its time was over. */
export interface LateKeys {
  questionGone(): void
  /** True for a key that comes too soon after that, or after another such key: it answers nothing, and is no command. */
  isLate(): boolean
}

export function lateKeys(clock: Pick<Clock, 'now'>): LateKeys {
  let from = Number.NEGATIVE_INFINITY
  return {
    questionGone: () => {
      from = clock.now()
    },
    isLate: () => {
      const now = clock.now()
      // A clock that was set back makes nobody wait.
      if (now < from || now - from >= pauseMs) return false
      from = now
      return true
    },
  }
}
