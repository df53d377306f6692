import type { Fact } from '../../events/facts.ts'
import type { RunResult } from '../../events/run-result.ts'

/** One way of showing a run. There are three: a live block on a terminal, plain lines, and facts as JSON. */
export interface Display {
  /** Given every fact in order, after the progress they share has taken it in. */
  see(fact: Fact): void
  /** Something people should know that is no fact, such as what the next Ctrl-C will do. */
  say(sentence: string): void
  /** What a person is being asked, with what they have typed; undefined when nobody is asked any more. */
  ask(prompt: string | undefined): void
  /** The run is settled: shows what is left to show. Nothing is seen after it. */
  end(result: RunResult): void
  /** Gives the terminal back while the process is suspended; the next thing to show takes it again. */
  pause(): void
  /** Gives the terminal back as it was. May come at any time, and more than once. */
  close(): void
}
