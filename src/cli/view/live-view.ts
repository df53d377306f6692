import type { TaskId } from '../../../machines/outcome.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { Explanation } from '../../events/explanation.ts'
import type { Clock, TimerId } from '../../time/clock.ts'
import type { Paint } from '../screen/colours.ts'
import { LiveBlock } from '../screen/live-block.ts'
import type { Screen } from '../screen/screen.ts'
import { shownText } from '../../text/shown-text.ts'
import { lineOf, type Span } from '../screen/spans.ts'
import type { Display } from './display.ts'
import { factLines, type Weight } from './fact-line.ts'
import { frameOf } from './frame.ts'
import type { RunProgress } from './run-progress.ts'

export interface LiveViewOptions {
  readonly screen: Screen
  readonly clock: Clock
  readonly progress: RunProgress
  readonly paint: Paint
  readonly why: (taskId: TaskId) => Explanation
  /** The lines to end with. */
  readonly summarise: (result: RunResult) => readonly string[]
  /** Which facts become lines above the block. */
  readonly weights: ReadonlySet<Weight>
}

/** At most twelve frames a second. More would cost the terminal work that nobody sees. */
const frameMs = 84

/** A block at the foot of the terminal that is painted again when something has changed, or a second has passed. */
export function liveView(options: LiveViewOptions): Display {
  const { screen, clock, progress, paint, why, weights } = options
  const block = new LiveBlock(screen)
  let lines: string[] = []
  let prompt: string | undefined
  let timer: TimerId
  /** When `timer` rings; Infinity while none is armed. */
  let ringsAt = Number.POSITIVE_INFINITY
  let paintedAt = Number.NEGATIVE_INFINITY
  let isClosed = false

  const paintNow = (): void => {
    disarm()
    const now = clock.now()
    paintedAt = now
    const { columns, rows } = screen
    // A terminal that takes nothing, as after Ctrl-S, would be shown every old frame afterwards.
    if (!screen.isBehind || lines.length > 0)
      block.paint(frameOf(progress, { columns, rows, now, paint, why, prompt }), lines)
    lines = []
    // The next full second of the run, because times advance without facts.
    const begun = progress.startedAt === 0 ? now : progress.startedAt
    arm(now + 1_000 - ((now - begun) % 1_000))
  }
  const arm = (at: number): void => {
    if (at >= ringsAt) return
    disarm()
    ringsAt = at
    timer = clock.setTimeout(paintNow, Math.max(0, at - clock.now()))
  }
  const disarm = (): void => {
    if (ringsAt === Number.POSITIVE_INFINITY) return
    clock.clearTimeout(timer)
    ringsAt = Number.POSITIVE_INFINITY
  }
  const changed = (): void => {
    if (!isClosed) arm(Math.max(clock.now(), paintedAt + frameMs))
  }
  const stopListening = screen.onResize(() => {
    if (!isClosed && paintedAt !== Number.NEGATIVE_INFINITY) paintNow()
  })
  const close = (last: readonly string[]): void => {
    if (isClosed) return
    isClosed = true
    disarm()
    stopListening()
    block.close([...lines, ...last])
  }

  return {
    see: (fact) => {
      // Output may be long, so it is not processed if it is not shown.
      if (fact.type !== 'task.output' || weights.has('output')) {
        const name: Span[] = fact.taskId === undefined ? [] : [[`${shownText(fact.taskId)} `, 'strong']]
        for (const { weight, spans } of factLines(fact, progress)) {
          if (weights.has(weight)) lines.push(lineOf([...name, ...spans], paint))
        }
      }
      changed()
    },
    say: (sentence) => {
      lines.push(paint(shownText(sentence), 'strong'))
      if (!isClosed) paintNow()
    },
    ask: (text) => {
      prompt = text
      if (!isClosed) paintNow()
    },
    pause: () => {
      if (isClosed) return
      disarm()
      block.close(lines)
      lines = []
    },
    end: (result) => close(options.summarise(result)),
    close: () => close([]),
  }
}
