import type { TaskId } from '../../../machines/outcome.ts'
import type { Fact } from '../../events/facts.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { ControlAct } from './controls.ts'

/** One way of showing a run. There are three: a live block on a terminal, plain lines, and facts as JSON. */
export interface Display {
  /** Given every fact in order, after the progress they share has taken it in. */
  see(fact: Fact): void
  /** Something people should know that is no fact, such as what the next Ctrl-C will do. */
  say(sentence: string): void
  /** A line that something else in this process wrote, to stand where it comes. */
  print(line: string): void
  /** What a person is being asked, with what they have typed; undefined when nobody is asked any more. */
  ask(prompt: string | undefined): void
  /** The run is settled: shows what is left to show. Nothing is seen after it. */
  end(result: RunResult): void
  /** Gives the terminal back while the process is suspended; the next thing to show takes it again. */
  pause(): void
  /** What keys do to it, where it is one that keys do something to. */
  readonly keys?: DisplayKeys
  /** Gives the terminal back as it was. May come at any time, and more than once. */
  close(): void
}

/** A live view that a person can move about in. */
export interface LiveKeys {
  /** What is to be done besides showing something else. */
  press(key: string): ControlAct | undefined
  /** Opens the output of a task, or why it is where it is. Closes that where it is open. */
  look(taskId: TaskId, at: 'output' | 'why'): void
  /** True where there was something to close. */
  closePanel(): boolean
  /** True while a person is asked about what they have pressed. */
  readonly isConfirming: boolean
}

export interface DisplayKeys extends LiveKeys {
  /** Goes on in plain lines. */
  leave(): void
}
