import type { Sweep, SweepPoint } from '../../simulation/sweep.ts'
import { showMs } from '../../time/show-ms.ts'
import { withNoun } from '../../text/with-noun.ts'
import { listed } from '../../text/listed.ts'
import { shownText } from '../../text/shown-text.ts'
import type { SimulationPage } from './simulation-page.ts'
import { guessLines, percent, wrapped } from './summary.ts'

/** A row for each number of slots, with its makespan as a bar; then the knee. */
export function sweepLines(swept: Sweep, { width, paint, plan, options }: SimulationPage): readonly string[] {
  const { points, knee } = swept
  const heads = ['slots', 'makespan', 'used', 'bound by']
  const cells = points.map((point) => [
    String(point.concurrency),
    showMs(point.makespanMs),
    percent(point.utilisation),
    point.status === 'completed' ? boundText(point.boundBy) : `nothing: ${point.status}`,
  ])
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]!.length)),
  )
  const row = (words: readonly string[]): string =>
    words
      .map((word, column) => (column < 3 ? word.padStart(widths[column]!) : word.padEnd(widths[column]!)))
      .join('  ')
  const textWidth = row(heads).length + 2
  const columns = Math.max(10, width - textWidth - '← knee'.length - 1)
  const longest = Math.max(...points.map(({ makespanMs }) => makespanMs), 1)
  return [
    paint(row(heads), 'faint'),
    ...points.map((point, index) => {
      const length = Math.max(1, Math.round((point.makespanMs / longest) * columns))
      const isKnee = point === knee
      const bar = paint('█'.repeat(length), isKnee ? 'good' : 'busy')
      return `${row(cells[index]!)}  ${bar}${isKnee ? paint(' ← knee', 'good') : ''}`
    }),
    `critical path  ${showMs(Math.max(...points.map(({ criticalPathMs }) => criticalPathMs)))}`,
    ...guessLines({ plan, options }).flatMap((line) => wrapped(line, width)),
    ...(points.every(({ status }) => status === 'completed')
      ? []
      : [paint('Not every run completes: dagmar simulate without --sweep shows how it ends.', 'bad')]),
    paint(`${shownText(plan.name)}: ${kneeText(swept)}`, 'strong'),
  ]
}

function kneeText({ points, knee, best }: Sweep): string {
  if (knee === undefined || best === undefined) {
    return 'no run completes, so that no number of slots is the best'
  }
  const slots = withNoun(knee.concurrency, 'slot')
  if (knee === best) {
    const others = points.every(({ status }) => status === 'completed') ? 'others' : 'others that complete'
    return `${slots} will do, with ${showMs(knee.makespanMs)}: none of the ${others} is faster`
  }
  return (
    `${slots} will do, with ${showMs(knee.makespanMs)}: the fewest within 5 % of the best ` +
    `(${showMs(best.makespanMs)}, with ${best.concurrency})`
  )
}

function boundText(by: SweepPoint['boundBy']): string {
  if (typeof by === 'string') return by === 'slots' ? 'slots' : 'critical path'
  if ('agents' in by) return shownText(listed(by.agents))
  return 'pool' in by ? `pool ${shownText(by.pool)}` : `executor ${shownText(by.executor)}`
}
