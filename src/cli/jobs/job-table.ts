import { countJobs, type JobCounts, type JobSummary } from '../../jobs/job.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Paint, Tone } from '../screen/colours.ts'
import { inColumns, lineOf, rowOf, type Span, widthOf } from '../screen/spans.ts'
import { displayWidth } from '../screen/text-width.ts'
import { jobBar, jobPercent, lookOf, shortAge } from './job-look.ts'

export interface TableOptions {
  /** Undefined where nothing is to be cut, as in a pipe. */
  readonly columns: number | undefined
  readonly paint: Paint
  /** Epoch milliseconds. */
  readonly now: number
}

type ColumnName = 'place' | 'id' | 'project' | 'name' | 'sign' | 'status' | 'bar' | 'age' | 'message'

interface Column {
  readonly head: string
  readonly text: (job: JobSummary, now: number) => string
  readonly tone: (job: JobSummary) => Tone
  /** The fewest columns in which it tells anything. Undefined: it is never cut. */
  readonly least?: number
  /** The most columns that it takes from others. */
  readonly most?: number
}

const faint = (): Tone => 'faint'
const ofStatus = (job: JobSummary): Tone => lookOf(job).tone

const table: Readonly<Record<ColumnName, Column>> = {
  place: { head: '', text: ({ place }) => `%${place}`, tone: faint },
  id: { head: 'id', text: ({ id }) => id, tone: () => 'plain' },
  project: { head: 'project', text: ({ project }) => project, tone: faint, least: 6, most: 24 },
  name: { head: 'name', text: ({ name }) => name, tone: () => 'strong', least: 8, most: 48 },
  sign: { head: '', text: (job) => lookOf(job).sign, tone: ofStatus },
  status: { head: 'status', text: ({ status }) => status, tone: ofStatus },
  bar: { head: 'progress', text: (job) => `${jobBar(job)} ${jobPercent(job).padStart(4)}`, tone: ofStatus },
  age: { head: 'age', text: ({ dispatchedAt }, now) => shortAge(now - dispatchedAt), tone: faint },
  message: {
    head: 'message',
    text: messageOf,
    tone: () => 'plain',
    least: 12,
    most: Number.POSITIVE_INFINITY,
  },
}

const names = Object.keys(table) as readonly ColumnName[]
/** What is left out where there is no room, in this order. The sign stands for the status. */
const droppable: readonly ColumnName[] = ['message', 'project', 'id', 'age', 'status']
/** Terminals with fewer columns have no room to lose. */
const roomy = 60

/** What a job has to say: why it was killed, where that says more than that it was, else its message. */
export function messageOf(job: Pick<JobSummary, 'status' | 'message' | 'reason'>): string {
  const { status, message, reason = '' } = job
  return message === '' || (status === 'killed' && reason !== 'killed') ? reason : message
}

/** A head and a row a job, in the order given. No row is longer than the columns. */
export function jobTable(jobs: readonly JobSummary[], options: TableOptions): readonly string[] {
  const { columns = Number.POSITIVE_INFINITY, paint, now } = options
  const gap = columns < roomy ? 1 : 2
  const widths = fitted(naturalWidths(jobs, now), columns, gap)
  const shown = names.filter((name) => widths.has(name))
  const row = (cell: (name: ColumnName) => Span): string => {
    const spans = shown.flatMap((name, index): Span[] => {
      const [text, tone] = cell(name)
      const isLast = index === shown.length - 1
      const width = widths.get(name)!
      const filled = name === 'age' ? shownText(text).padStart(width) : isLast ? text : inColumns(text, width)
      return isLast
        ? [[filled, tone]]
        : [
            [filled, tone],
            [' '.repeat(gap), 'plain'],
          ]
    })
    return (Number.isFinite(columns) ? rowOf(spans, columns, paint) : lineOf(spans, paint)).trimEnd()
  }
  return [
    row((name) => [table[name].head, 'faint']),
    ...jobs.map((job) => row((name) => [table[name].text(job, now), table[name].tone(job)])),
  ]
}

/** How many columns each would take if there were no end of them. */
function naturalWidths(jobs: readonly JobSummary[], now: number): ReadonlyMap<ColumnName, number> {
  return new Map(
    names.map((name) => {
      const { head, text, most = Number.POSITIVE_INFINITY } = table[name]
      let widest = head.length
      for (const job of jobs) {
        // To measure is slow. What is longer than any screen is cut, however long it is.
        if (widest < most) widest = Math.max(widest, displayWidth(shownText(text(job, now)).slice(0, 400)))
      }
      return [name, Math.min(widest, most)]
    }),
  )
}

/** Which columns are shown, and how wide. Without a status its sign is shown. */
function fitted(
  natural: ReadonlyMap<ColumnName, number>,
  columns: number,
  gap: number,
): ReadonlyMap<ColumnName, number> {
  const dropped = new Set<ColumnName>(['sign'])
  const leastOf = (name: ColumnName): number =>
    Math.min(natural.get(name)!, table[name].least ?? Number.POSITIVE_INFINITY)
  const kept = (): readonly ColumnName[] => names.filter((name) => !dropped.has(name))
  const least = (): number => kept().reduce((sum, name) => sum + leastOf(name) + gap, -gap)
  for (const name of droppable) {
    if (least() <= columns) break
    dropped.add(name)
    if (name === 'status') dropped.delete('sign')
  }
  const widths = new Map(kept().map((name) => [name, leastOf(name)]))
  let left = columns - least()
  // Names say most, and a message may be of any length.
  for (const name of ['name', 'project', 'message'] as const) {
    const width = widths.get(name)
    if (width === undefined) continue
    // Where even the rest has no room, the name gives way.
    const more = Math.max(1 - width, Math.min(left, natural.get(name)! - width))
    widths.set(name, width + more)
    left -= more
  }
  return widths
}

/** What stands below a list: `Running 2 · Pending 1 · Completed 40 · Failed 3`. */
export function countsLine(jobs: Iterable<Pick<JobSummary, 'status'>>, paint: Paint): string {
  return countsLines(jobs, Number.POSITIVE_INFINITY, paint)[0]!
}

/** The same in lines of at most so many columns: no count is cut. */
export function countsLines(
  jobs: Iterable<Pick<JobSummary, 'status'>>,
  columns: number,
  paint: Paint,
): readonly string[] {
  const { running, pending, completed, failed }: JobCounts = countJobs(jobs)
  const parts: readonly (readonly [string, number, Tone])[] = [
    ['Running', running, 'busy'],
    ['Pending', pending, 'plain'],
    ['Completed', completed, 'good'],
    ['Failed', failed, 'bad'],
  ]
  const lines: Span[][] = []
  for (const [word, count, tone] of parts) {
    const part: Span = [`${word} ${count}`, count === 0 ? 'faint' : tone]
    const last = lines.at(-1)
    if (last !== undefined && widthOf([...last, between, part]) <= columns) last.push(between, part)
    else lines.push([part])
  }
  return lines.map((spans) =>
    Number.isFinite(columns) ? rowOf(spans, columns, paint) : lineOf(spans, paint),
  )
}

const between: Span = [' · ', 'faint']
