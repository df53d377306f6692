import type { RunResult } from '../../events/run-result.ts'
import type { Clock } from '../../time/clock.ts'
import type { Paint } from '../screen/colours.ts'
import type { Screen } from '../screen/screen.ts'
import { shownText } from '../../text/shown-text.ts'
import { lineOf, type Span } from '../screen/spans.ts'
import { displayWidth } from '../screen/text-width.ts'
import type { Display } from './display.ts'
import type { Marks } from './ci-lines.ts'
import { factLines, type Weight } from './fact-line.ts'
import { endsOutput, GroupedOutput } from './grouped-output.ts'
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
  /**
   * With them the output of each attempt stands together, between marks, at its end. @default lines stand where they come
   */
  readonly groups?: Marks
}

/** Names up to this width stand in a column of their own. */
const widestName = 24

/** One line a fact, `00:01.2 build  completed in 3.4 s`: for files, pipes and terminals that cannot move the cursor. */
export function plainView(options: PlainViewOptions): Display {
  const { screen, clock, progress, paint, weights, groups } = options
  const grouped = groups === undefined ? undefined : new GroupedOutput()
  let nameWidth = 0
  for (const id of progress.tasks.keys()) nameWidth = Math.max(nameWidth, displayWidth(shownText(id)))
  nameWidth = Math.min(nameWidth, widestName)
  let unshown = 0
  let asked: string | undefined

  const line = (spans: readonly Span[]): void => screen.write(`${lineOf(spans, paint)}\n`)
  const stamp = (at: number): Span => [
    `${lineTime(progress.startedAt === 0 ? 0 : at - progress.startedAt)} `,
    'faint',
  ]
  const tellUnshown = (at: number): void => {
    if (unshown === 0) return
    line([stamp(at), [`${unshown} lines of output are not shown: nobody read them in time`, 'odd']])
    unshown = 0
  }

  const showGroup = (taskId: string, title: string): void => {
    const lines = grouped?.take(taskId) ?? []
    if (lines.length === 0) return
    const all = [groups?.begin(title), ...lines, groups?.end()]
    screen.write(
      all
        .filter((text) => text !== undefined)
        .map((text) => `${text}\n`)
        .join(''),
    )
  }

  return {
    see: (fact) => {
      if (fact.taskId !== undefined && endsOutput(fact)) showGroup(fact.taskId, `output of ${fact.taskId}`)
      // It comes again as a whole, and a line that is printed cannot change.
      if (fact.type === 'task.output' && fact.isPartial === true) return
      if (fact.type === 'task.output' && (screen.isClogged || !weights.has('output'))) {
        // Only output can be too much: of what no longer fits where it waits, the number is told.
        if (weights.has('output')) unshown += fact.text.split('\n').length
        return
      }
      const found = factLines(fact, progress).filter(({ weight }) => weights.has(weight))
      if (found.length === 0) return
      if (!screen.isClogged) tellUnshown(fact.at)
      const time = stamp(fact.at)
      const text = found.map(({ weight, spans }) =>
        lineOf([time, ...nameSpans(fact.taskId, nameWidth, weight), ...spans], paint),
      )
      if (fact.type === 'task.output' && grouped !== undefined) {
        const isMuch = grouped.hold(fact.taskId, text)
        if (isMuch) showGroup(fact.taskId, `output of ${fact.taskId}, a part`)
        return
      }
      const note = groups?.note(fact)
      screen.write(`${text.join('\n')}\n${note === undefined ? '' : `${note}\n`}`)
    },
    say: (sentence) => line([stamp(clock.now()), [shownText(sentence), 'strong']]),
    print: (text) => line([[text, 'own']]),
    ask: (prompt) => {
      // The terminal itself shows the typed text, so the question is printed only once; on a line of its own, since what
      // happens meanwhile is printed, too.
      if (prompt !== undefined && prompt !== asked) screen.write(`${paint(prompt.trimEnd(), 'strong')}\n`)
      asked = prompt
    },
    end: (result) => {
      for (const taskId of grouped?.tasks ?? []) showGroup(taskId, `output of ${taskId}`)
      tellUnshown(result.settledAt)
      screen.write(
        options
          .summarise(result)
          .map((text) => `${text}\n`)
          .join(''),
      )
    },
    pause: () => undefined,
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
