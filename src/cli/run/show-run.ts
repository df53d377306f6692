import type { TaskId } from '../../../machines/outcome.ts'
import type { Fact } from '../../events/facts.ts'
import { storyInWords } from '../../events/story-in-words.ts'
import { type Clock, systemClock } from '../../time/clock.ts'
import type { Screen } from '../screen/screen.ts'
import type { Display } from '../view/display.ts'
import { RunProgress } from '../view/run-progress.ts'
import { TimeLeft } from '../view/time-left.ts'
import type { DisplayParts } from './choose-display.ts'
import type { AnswersAhead } from '../../plan-file/answers-ahead.ts'
import type { Keyboard } from './keyboard.ts'
import { type Questions, questions } from './questions.ts'
import type { WatchedRun } from './watched-run.ts'

export interface ShowRunOptions {
  readonly run: WatchedRun
  readonly makeDisplay: (parts: DisplayParts) => Display
  readonly screen: Screen
  readonly aside: Screen
  /** Undefined where nobody is there to press keys and to answer. */
  readonly keyboard: Keyboard | undefined
  /** Each key comes at once. */
  readonly raw: boolean
  readonly onInterrupt: () => void
  /** Leaves the run alone and ends this process. Undefined where the run would end with it. */
  readonly onDetach?: () => void
  /** How many tasks may run at once. */
  readonly concurrency: number
  /** How long tasks took before, in milliseconds. @default of none it is known */
  readonly took?: ReadonlyMap<TaskId, number>
  /** False where the program answers what nobody at a keyboard does. @default true */
  readonly answersForNobody?: boolean
  /** Answers to questions, given before they are asked. */
  readonly answersAhead?: AnswersAhead | undefined
  readonly clock?: Clock
  /** What is known of the run already. @default nothing */
  readonly progress?: RunProgress
}

/** A run and all that a person sees of it and does to it. */
export interface ShownRun {
  readonly progress: RunProgress
  readonly display: Display
  /** To be called with each fact of the run. */
  see(fact: Fact): void
  /** Takes in what was told before anybody watched. `known`: the progress has it already, and it is not displayed. */
  catchUp(facts: readonly Fact[], how: 'told' | 'known'): void
  /** Gives the terminal back for as long as the process is suspended. */
  pause(): void
  resume(): void
  /** No more questions are asked, and no more keys heard. */
  endQuestions(): void
  /** Gives the terminal back as it was. */
  close(): void
}

/** Connects a run with what shows it and with the keys that are pressed. */
export function showRun(options: ShowRunOptions): ShownRun {
  const { run, keyboard, clock = systemClock } = options
  const progress = options.progress ?? new RunProgress(run.plan)
  const timeLeft = new TimeLeft({ ...options, structure: run.plan.structure, progress })
  const display = options.makeDisplay({
    plan: run.plan,
    progress,
    screen: options.screen,
    aside: options.aside,
    clock,
    why: (taskId) => run.why(taskId),
    story: (taskId) => storyInWords(run.story(taskId), { from: progress.startedAt }),
    leftMs: (now) => timeLeft.at(now),
    isAttended: keyboard !== undefined,
    mayDetach: options.onDetach !== undefined,
  })
  const act = (key: string): void => {
    // A terminal that gives each key makes no signals of these.
    if (key === '<ctrl-z>') process.kill(process.pid, 'SIGTSTP')
    if (key === '<ctrl-\\>') {
      asked?.pause()
      process.kill(process.pid, 'SIGQUIT')
    }
    const done = display.keys?.press(key)
    if (done?.do === 'kill') void run.kill(done.taskId, { reason: 'killed by hand' })
    if (done?.do === 'answer') asked?.pick(done.taskId)
    if (done?.do === 'detach') options.onDetach?.()
    if (done?.do === 'leave') {
      display.keys?.leave()
      asked?.useLines()
      // The keys are gone with the view, and nothing else would say how to get away.
      if (options.onDetach !== undefined) display.say('the job goes on here in plain lines; Ctrl-C detaches')
    }
  }
  const isAsking =
    keyboard !== undefined || options.answersForNobody !== false || options.answersAhead !== undefined
  const asked: Questions | undefined = isAsking
    ? questions({ ...options, clock, display, onKey: act })
    : undefined
  return {
    progress,
    display,
    see: (fact) => {
      progress.apply(fact)
      display.see(fact)
      asked?.see(fact)
    },
    catchUp: (facts, how) => {
      // Most of what was asked has been answered since.
      asked?.pause()
      for (const fact of facts) {
        if (how === 'told') {
          progress.apply(fact)
          display.see(fact)
        }
        asked?.see(fact)
      }
      display.ask(undefined)
      asked?.resume()
    },
    pause: () => {
      asked?.pause()
      display.pause()
    },
    resume: () => {
      display.say('continued')
      asked?.resume()
    },
    endQuestions: () => asked?.close(),
    close: () => {
      asked?.close()
      display.close()
    },
  }
}
