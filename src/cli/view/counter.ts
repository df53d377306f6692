import { type Span, widthOf } from '../screen/spans.ts'
import type { RunProgress } from './run-progress.ts'
import { tickingTime } from './show-time.ts'

const blank: Span = [' ', 'plain']
const separator: Span = [' · ', 'faint']

/** How far the run is, in the longest form that fits. `leftMs` is how long it probably goes on. */
export function counterSpans(
  progress: RunProgress,
  now: number,
  columns: number,
  leftMs?: number,
): readonly Span[] {
  const left: Span[] = leftMs === undefined ? [] : [[`about ${tickingTime(leftMs + 999)} left`, 'plain']]
  const words = joined([...wordCounts(progress, now), ...left])
  const barWidth = Math.min(24, Math.floor(columns / 4), columns - widthOf(words) - 1)
  const bar = barWidth < 8 ? [] : [...barSpans(progress, barWidth), blank]
  const long = [...bar, ...words]
  const few = fewWords(progress, now)
  const forms = [long, words, joined([...few, ...left]), joined(few)]
  return forms.find((spans) => widthOf(spans) <= columns) ?? signs(progress, now)
}

function wordCounts(progress: RunProgress, now: number): Span[] {
  const { counts, total } = progress
  const waiting = total - progress.settled - progress.running
  const named: readonly (readonly [number, string, Span[1]])[] = [
    [atWork(progress), 'running', 'busy'],
    [counts.stalled, 'stalled', 'odd'],
    [counts.stopping, 'being ended', 'odd'],
    [waiting, 'waiting', 'plain'],
    [counts.failed, 'failed', 'bad'],
    [counts.killed, 'killed', 'bad'],
    [counts.skipped, 'skipped', 'odd'],
  ]
  return [
    ...stateSpans(progress),
    [`${counts.completed} of ${total} completed`, 'good'],
    ...named.flatMap(([count, word, tone]): Span[] => (count === 0 ? [] : [[`${count} ${word}`, tone]])),
    [elapsed(progress, now), 'plain'],
  ]
}

function fewWords(progress: RunProgress, now: number): Span[] {
  const { counts, total } = progress
  return [
    ...stateSpans(progress),
    [`${counts.completed}/${total}`, 'good'],
    [`${atWork(progress)} running`, 'busy'],
    ...(counts.stalled === 0 ? [] : ([[`${counts.stalled} stalled`, 'odd']] as const)),
    ...(counts.failed === 0 ? [] : ([[`${counts.failed} failed`, 'bad']] as const)),
    [elapsed(progress, now), 'plain'],
  ]
}

/** For a screen that has no room for words; what matters most comes first. */
function signs(progress: RunProgress, now: number): Span[] {
  const { counts, total } = progress
  return [
    [`${counts.completed}/${total}`, 'good'],
    ...(counts.failed === 0 ? [] : ([[` ×${counts.failed}`, 'bad']] as const)),
    ...(counts.stalled === 0 ? [] : ([[` !${counts.stalled}`, 'odd']] as const)),
    [` ●${atWork(progress)}`, 'busy'],
    [` ${elapsed(progress, now)}`, 'plain'],
    ...stateSpans(progress).map(([text, tone]): Span => [` ${text}`, tone]),
  ]
}

/** Each task is counted once: one that is stalled or being ended has a count of its own. */
function atWork({ counts, running }: RunProgress): number {
  return running - counts.stalled - counts.stopping
}

function stateSpans({ state }: RunProgress): Span[] {
  return state === 'running' ? [] : [[state, 'odd']]
}

function elapsed({ startedAt }: RunProgress, now: number): string {
  return tickingTime(startedAt === 0 ? 0 : now - startedAt)
}

/** Its parts are rounded down one by one, so that it is full only when everything is settled. */
function barSpans({ counts, total, running }: RunProgress, width: number): Span[] {
  const part = (count: number): number => (total === 0 ? 0 : Math.floor((count * width) / total))
  const good = part(counts.completed)
  const bad = part(counts.failed + counts.killed)
  const skipped = part(counts.skipped)
  const busy = Math.min(part(running), width - good - bad - skipped)
  const rest = width - good - bad - skipped - busy
  return [
    ['█'.repeat(good), 'good'],
    ['█'.repeat(bad), 'bad'],
    ['█'.repeat(skipped), 'odd'],
    ['▒'.repeat(busy), 'busy'],
    ['░'.repeat(rest), 'faint'],
  ]
}

function joined(spans: readonly Span[]): Span[] {
  return spans.flatMap((span, index) => (index === 0 ? [span] : [separator, span]))
}
