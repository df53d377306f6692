import type { Jobs } from '../../jobs/client/jobs.ts'
import type { JobSummary } from '../../jobs/job.ts'
import type { Clock } from '../../time/clock.ts'
import type { Keyboard } from '../run/keyboard.ts'
import { keysIn } from '../run/keys-in.ts'
import type { Paint } from '../screen/colours.ts'
import type { Screen } from '../screen/screen.ts'
import { waitingView } from './waiting-view.ts'

export interface WaitingJobOptions {
  readonly jobs: Pick<Jobs, 'jobs$'>
  /** As it is now. */
  readonly summary: JobSummary
  readonly screen: Screen
  readonly clock: Clock
  readonly paint: Paint
  readonly isLive: boolean
  readonly keyboard: Keyboard | undefined
  readonly onInterrupt: () => void
  readonly onDetach: () => void
  /** Somebody has left the live view. */
  readonly onLeave: () => void
}

export interface ShownWaiting {
  say(sentence: string): void
  /** Gives the terminal back for as long as the process is suspended. */
  pause(): void
  resume(): void
  close(): void
}

/** Shows what a job waits for that has not started. */
export function showWaiting(options: WaitingJobOptions): ShownWaiting {
  const { jobs, summary, keyboard, isLive } = options
  const view = waitingView({ ...options, hasKeys: keyboard !== undefined })
  const acts: Readonly<Record<string, () => void>> = {
    '<ctrl-c>': options.onInterrupt,
    '<ctrl-z>': () => process.kill(process.pid, 'SIGTSTP'),
    d: options.onDetach,
    q: () => {
      view.leave()
      options.onLeave()
    },
  }
  const listen = (): (() => void) | undefined => {
    if (!isLive) return undefined
    return keyboard?.listen(true, (text) => {
      for (const key of keysIn(text)) acts[key]?.()
    })
  }
  let stop = listen()
  let latest = summary
  view.see(summary)
  const list = jobs.jobs$().subscribe({
    next: (all) => {
      const own = all.find(({ id }) => id === summary.id)
      if (own === undefined) return
      latest = own
      view.see(own)
    },
    // Who watches the job itself hears of it, too.
    error: () => undefined,
  })
  return {
    say: (sentence) => view.say(sentence),
    pause: () => {
      stop?.()
      view.pause()
    },
    resume: () => {
      stop?.()
      stop = listen()
      view.see(latest)
    },
    close: () => {
      list.unsubscribe()
      stop?.()
      view.close()
    },
  }
}
