import { skip, type Subscription } from 'rxjs'
import { type Fact, isRunFact, type PassingFact } from '../../events/facts.ts'
import { resultOf } from '../../events/result-of.ts'
import type { Job, Jobs } from '../../jobs/client/jobs.ts'
import { isSettledStatus, type JobSummary } from '../../jobs/job.ts'
import { shownText } from '../../text/shown-text.ts'
import { type Clock, systemClock } from '../../time/clock.ts'
import type { DisplayParts, Look } from '../run/choose-display.ts'
import type { Keyboard } from '../run/keyboard.ts'
import { type ShownRun, showRun } from '../run/show-run.ts'
import type { Paint } from '../screen/colours.ts'
import type { Screen } from '../screen/screen.ts'
import type { Display } from '../view/display.ts'
import { RunProgress } from '../view/run-progress.ts'
import { showWaiting, type ShownWaiting } from './waiting-job.ts'
import { earlierOutput } from './earlier-output.ts'
import { connectedAgain, isSupervisorLost, supervisorGone } from './supervisor-words.ts'
import { type WatchedJob, watchedJob } from './watched-job.ts'

export interface JobWatchOptions {
  readonly jobs: Pick<Jobs, 'jobs$' | 'connected$'>
  readonly job: Job
  readonly look: Look
  readonly paint: Paint
  readonly makeDisplay: (parts: DisplayParts) => Display
  readonly screen: Screen
  readonly aside: Screen
  /** Undefined where nobody is there to press keys and to answer. */
  readonly keyboard: Keyboard | undefined
  readonly clock?: Clock
}

/** A job that is shown in this process and runs in another one. */
export interface JobWatch {
  /** The exit code: 0 for a job that completed, 1 for another end; after a detach that of the detach. */
  readonly ended: Promise<number>
  /** Leaves the job alone and says how to come back. */
  detach(exitCode: number): void
  /** Something a person should know that the job does not tell. */
  say(sentence: string): void
  /** Gives the terminal back for as long as this process is suspended. */
  pause(): void
  resume(): void
  /** Gives the terminal back as it was. */
  close(): void
}

/** Somebody wanted it so: nothing has gone wrong. */
const detachedByKey = 0
const interrupted = 130

/** Shows a job from what it tells, and does to it what keys ask for. Whatever becomes of this, the job goes on. */
export async function jobWatch(options: JobWatchOptions): Promise<JobWatch> {
  const { job, clock = systemClock } = options
  const summary = await job.details()
  const before = await job.view()
  const wasSettled = isSettledStatus(summary.status)
  const watch = new Watch(
    { ...options, clock },
    {
      wasSettled,
      seq: before?.seq ?? 0,
      output: options.look === 'live' && !wasSettled ? await earlierOutput(summary) : [],
    },
  )
  if (before === undefined && !wasSettled) watch.wait(summary)
  watch.begin()
  return watch
}

/** What was there before anybody watched. */
interface Past {
  readonly wasSettled: boolean
  /** Of the last fact. */
  readonly seq: number
  readonly output: readonly PassingFact[]
}

class Watch implements JobWatch {
  readonly ended: Promise<number>
  readonly #options: JobWatchOptions & { readonly clock: Clock }
  readonly #before: Past
  /** The facts of the past, until all of them have come. */
  #past: Fact[] = []
  #shown: { readonly run: ShownRun; readonly job: WatchedJob } | undefined
  #waiting: ShownWaiting | undefined
  #subscription: Subscription | undefined
  #hasLeftView = false
  #isOver = false
  #end!: (exitCode: number) => void
  #fail!: (thrown: unknown) => void

  constructor(options: JobWatchOptions & { readonly clock: Clock }, before: Past) {
    this.#options = options
    this.#before = before
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve
      this.#fail = reject
    })
  }

  wait(summary: JobSummary): void {
    const { look, screen, aside } = this.#options
    this.#waiting = showWaiting({
      ...this.#options,
      summary,
      screen: look === 'json' ? aside : screen,
      isLive: look === 'live',
      onInterrupt: () => this.detach(interrupted),
      onDetach: () => this.detach(detachedByKey),
      onLeave: () => {
        this.#hasLeftView = true
      },
    })
  }

  begin(): void {
    this.#subscription = this.#options.job.events().subscribe({
      next: (fact) => this.#see(fact),
      complete: () => void this.#settled().catch((thrown: unknown) => this.#broken(thrown)),
      error: (thrown) => this.#broken(thrown),
    })
    this.#subscription.add(
      this.#options.jobs.connected$.pipe(skip(1)).subscribe((isConnected) => {
        this.say(isConnected ? connectedAgain : supervisorGone)
      }),
    )
    if (this.#isOver) this.#subscription.unsubscribe()
  }

  say(sentence: string): void {
    if (this.#isOver) return
    if (this.#shown !== undefined) this.#shown.run.display.say(sentence)
    else if (this.#waiting !== undefined) this.#waiting.say(sentence)
    else this.#options.aside.write(`dagmar: ${shownText(sentence)}\n`)
  }

  detach(exitCode: number): void {
    if (this.#isOver) return
    this.say(`detached; the job goes on: dagmar attach ${this.#options.job.id}`)
    this.close()
    this.#end(exitCode)
  }

  pause(): void {
    this.#waiting?.pause()
    this.#shown?.run.pause()
  }

  resume(): void {
    this.#waiting?.resume()
    this.#shown?.run.resume()
  }

  close(): void {
    this.#isOver = true
    this.#subscription?.unsubscribe()
    this.#waiting?.close()
    this.#shown?.run.close()
  }

  #see(fact: Fact): void {
    if (this.#shown !== undefined) {
      this.#shown.job.see(fact)
      this.#shown.run.see(fact)
      return
    }
    this.#past.push(fact)
    if (isRunFact(fact) && fact.seq >= this.#before.seq) this.#show(this.#past)
  }

  #show(past: readonly Fact[]): void {
    this.#past = []
    const [created] = past
    if (created?.type !== 'run.created') throw new Error('The facts of a job begin with run.created.')
    this.#waiting?.close()
    this.#waiting = undefined
    const { job, look, keyboard, clock } = this.#options
    const { wasSettled, seq, output } = this.#before
    // A live view shows how far the job is. The lines of one that is settled are in its summary, as far as they matter.
    const isTold = look === 'json' || (!wasSettled && (look === 'plain' || seq === 0))
    const progress = new RunProgress(created)
    if (!isTold) for (const fact of past) progress.apply(fact)
    const watched = watchedJob({
      job,
      created,
      view: () => progress.view,
      now: () => clock.now(),
      failed: (sentence) => this.say(sentence),
    })
    const run = showRun({
      ...this.#options,
      run: watched,
      progress,
      keyboard: wasSettled ? undefined : keyboard,
      raw: look === 'live',
      onInterrupt: () => this.detach(interrupted),
      onDetach: () => this.detach(detachedByKey),
      concurrency: created.limits.concurrency ?? Number.POSITIVE_INFINITY,
      answersForNobody: false,
    })
    this.#shown = { run, job: watched }
    if (this.#hasLeftView) run.display.keys?.leave()
    for (const fact of past) watched.see(fact)
    for (const fact of output) progress.apply(fact)
    run.catchUp(past, isTold ? 'told' : 'known')
  }

  async #settled(): Promise<void> {
    if (this.#isOver) return
    const view = this.#shown?.run.progress.view
    if (this.#shown === undefined || view?.settledAt === undefined) {
      await this.#endedWithoutResult()
      return
    }
    const { run } = this.#shown
    const result = resultOf(view)
    run.endQuestions()
    run.display.end(result)
    this.close()
    this.#end(result.status === 'completed' ? 0 : 1)
  }

  /** It never had a run, or its run could not go on after a crash. */
  async #endedWithoutResult(): Promise<void> {
    const { job, look, screen, aside } = this.#options
    const { name, status, reason, message } = await job.details()
    const when = this.#shown === undefined ? ' before it had started' : ''
    const why = reason ?? (message === '' ? undefined : message)
    const sentence = shownText(`${name} was ended${when}, ${status}${why === undefined ? '' : `: ${why}`}`)
    this.close()
    if (look === 'json') aside.write(`dagmar: ${sentence}\n`)
    else screen.write(`${sentence}\n`)
    this.#end(status === 'completed' ? 0 : 1)
  }

  #broken(thrown: unknown): void {
    if (isSupervisorLost(thrown)) this.say(thrown.message)
    this.close()
    if (isSupervisorLost(thrown)) this.#end(1)
    else this.#fail(thrown)
  }
}
