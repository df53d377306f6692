import type { RunResult } from '../../runtime/result.ts'
import type { Clock } from '../../time/clock.ts'
import type { Paint } from '../screen/colours.ts'
import type { Screen } from '../screen/screen.ts'
import { shownText } from '../screen/shown-text.ts'
import { lineOf, type Span } from '../screen/spans.ts'
import { displayWidth } from '../screen/text-width.ts'
import type { Display } from './display.ts'
import { factLine, type Weight } from './fact-line.ts'
import type { RunProgress } from './run-progress.ts'
import { lineTime } from './show-time.ts'

export interface PlainViewOptions {
  readonly screen: Screen
  readonly clock: Clock
  readonly progress: RunProgress
  readonly paint: Paint
  readonly summarise: (result: RunResult) => readonly string[]
  /** Which facts become lines. */
  readonly weights: ReadonlySet<Weight>
}

/** Names up to this width stand in a column of their own. */
const widestName = 24

/** One line a fact, `00:01.2 build  completed in 3.4 s`: for files, pipes and terminals that cannot move the cursor. */
export function plainView(options: PlainViewOptions): Display {
  const { screen, clock, progress, paint, weights } = options
  let nameWidth = 0
  for (const id of progress.ids()) nameWidth = Math.max(nameWidth, displayWidth(shownText(id)))
  nameWidth = Math.min(nameWidth, widestName)
  let unshown = 0
  let asked: string | undefined

  const line = (spans: readonly Span[]): void => screen.write(`${lineOf(spans, paint)}\n`)
  const stamp = (at: number): Span => [
    `${lineTime(progress.startedAt === 0 ? 0 : at - progress.startedAt)} `,
    'faint',
  ]
  const tellUnshown = (at: number): void => {
    if (unshown === 0 || screen.isClogged) return
    line([stamp(at), [`${unshown} lines of output are not shown: nobody read them in time`, 'odd']])
    unshown = 0
  }

  return {
    see: (fact) => {
      const found = factLine(fact, progress)
      if (found === undefined || !weights.has(found.weight)) return
      // Output is all there can be too much of. A reader that is slow gets less of it, and no memory is filled.
      if (found.weight === 'output' && screen.isClogged) {
        unshown++
        return
      }
      tellUnshown(fact.at)
      line([stamp(fact.at), ...nameSpans(fact.taskId, nameWidth, found.weight), ...found.spans])
    },
    say: (sentence) => line([stamp(clock.now()), [shownText(sentence), 'strong']]),
    ask: (prompt) => {
      // The terminal itself shows what is typed: the question is enough, once.
      if (prompt !== undefined && prompt !== asked) screen.write(paint(prompt, 'strong'))
      asked = prompt
    },
    end: (result) => {
      tellUnshown(result.settledAt)
      screen.write(
        options
          .summarise(result)
          .map((text) => `${text}\n`)
          .join(''),
      )
    },
    close: () => undefined,
  }
}

function nameSpans(taskId: string | undefined, width: number, weight: Weight): Span[] {
  if (taskId === undefined) return []
  const name = shownText(taskId)
  const gap = ' '.repeat(Math.max(0, width - displayWidth(name)) + (weight === 'output' ? 1 : 2))
  return [
    [name, 'strong'],
    [gap, 'plain'],
  ]
}
