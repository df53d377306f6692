import { skip, type Subscription } from 'rxjs'
import type { Jobs } from '../../jobs/client/jobs.ts'
import type { JobQuery, JobSummary } from '../../jobs/job.ts'
import { shownJson } from '../../text/shown-json.ts'
import type { Clock, TimerId } from '../../time/clock.ts'
import type { Look } from '../run/choose-display.ts'
import type { Keyboard } from '../run/keyboard.ts'
import { keysIn } from '../run/keys-in.ts'
import type { Paint } from '../screen/colours.ts'
import type { Screen } from '../screen/screen.ts'
import { WholeScreen } from '../screen/whole-screen.ts'
import { countsLines, jobTable } from './job-table.ts'
import { openAndLatest } from './list-jobs.ts'
import { isSupervisorLost, supervisorGone } from './supervisor-words.ts'

export interface ListWatchOptions {
  readonly jobs: Pick<Jobs, 'jobs$' | 'connected$'>
  readonly query: JobQuery | undefined
  /** Shows all settled jobs, too. */
  readonly isAll: boolean
  /** At most so many, the latest. */
  readonly limit?: number
  readonly look: Look
  readonly screen: Screen
  readonly paint: Paint
  readonly clock: Clock
  /** Undefined where nobody is there to press keys. */
  readonly keyboard: Keyboard | undefined
}

/** The list of jobs, shown as it changes. */
export interface ListWatch {
  readonly ended: Promise<number>
  leave(exitCode: number): void
  /** Gives the terminal back for as long as this process is suspended. */
  pause(): void
  resume(): void
  close(): void
}

/** At most so often is the list painted: what is painted more often nobody sees. In milliseconds. */
const frameMs = 84
/** Ages are told to the second. */
const tickMs = 1_000

/** On a terminal a table that is painted again; elsewhere a line for each job that has changed. */
export function listWatch(options: ListWatchOptions): ListWatch {
  const { jobs, query, look, screen, paint, clock, keyboard } = options
  const whole = new WholeScreen(screen)
  const isLive = look === 'live'
  let all: readonly JobSummary[] | undefined
  let told = new Map<string, string>()
  let isConnected = true
  let paintedAt = Number.NEGATIVE_INFINITY
  let timer: TimerId
  let isOver = false
  let end!: (exitCode: number) => void
  let fail!: (thrown: unknown) => void
  const ended = new Promise<number>((resolve, reject) => {
    end = resolve
    fail = reject
  })

  const shownOf = (jobsThere: readonly JobSummary[]): readonly JobSummary[] => {
    const some = options.isAll ? jobsThere : openAndLatest(jobsThere)
    return options.limit === undefined ? some : some.slice(-options.limit)
  }
  /** The table and the counts, in at most so many rows. */
  const rowsIn = (most: number): readonly string[] => {
    const there = all ?? []
    const columns = screen.columns - 1
    const foot = countsLines(there, columns, paint)
    if (most < foot.length + 2) return foot.slice(0, most)
    // The latest stand last.
    const room = most - foot.length - 1
    const table = jobTable(shownOf(there).slice(-room), { columns, paint, now: clock.now() })
    return [...table.slice(0, room + 1), ...foot]
  }
  const hint = (): string =>
    isConnected
      ? paint('q leaves the list; jobs go on', 'faint')
      : paint(supervisorGone.slice(0, screen.columns - 1), 'odd')
  const paintNow = (): void => {
    clock.clearTimeout(timer)
    if (isOver || all === undefined) return
    paintedAt = clock.now()
    const { rows, columns } = screen
    const hasHint = rows > 4 && columns > 30
    if (!screen.isBehind) whole.paint([...rowsIn(rows - (hasHint ? 2 : 1)), ...(hasHint ? [hint()] : [])])
    timer = clock.setTimeout(paintNow, tickMs)
  }
  const paintSoon = (): void => {
    clock.clearTimeout(timer)
    timer = clock.setTimeout(paintNow, Math.max(0, paintedAt + frameMs - clock.now()))
  }
  const print = (there: readonly JobSummary[]): void => {
    const before = told
    told = new Map(there.map((job) => [job.id, JSON.stringify(look === 'json' ? job : { ...job, place: 0 })]))
    const changed = there.filter(({ id }) => before.get(id) !== told.get(id))
    if (changed.length === 0) return
    const lines =
      look === 'json'
        ? changed.map(({ id }) => shownJson(told.get(id)!))
        : jobTable(changed, { columns: undefined, paint, now: clock.now() }).slice(before.size === 0 ? 0 : 1)
    screen.write(lines.map((line) => `${line}\n`).join(''))
  }
  const listen = (): (() => void) | undefined =>
    keyboard?.listen(true, (text) => {
      for (const key of keysIn(text)) {
        if (key === '<ctrl-c>') leave(130)
        if (key === 'q' || key === 'd') leave(0)
        if (key === '<ctrl-z>') process.kill(process.pid, 'SIGTSTP')
      }
    })
  const leave = (exitCode: number): void => {
    if (isOver) return
    close()
    end(exitCode)
  }
  const close = (): void => {
    if (isOver) return
    isOver = true
    clock.clearTimeout(timer)
    subscription.unsubscribe()
    stopListening?.()
    stopResizing()
    // What was seen last stays.
    if (isLive) whole.close(all === undefined ? [] : rowsIn(screen.rows - 1))
  }

  let stopListening = listen()
  const stopResizing = screen.onResize(() => {
    if (isLive) paintNow()
  })
  const subscription: Subscription = jobs.connected$.pipe(skip(1)).subscribe((is) => {
    isConnected = is
    if (isLive) paintSoon()
  })
  subscription.add(
    jobs.jobs$(query).subscribe({
      next: (there) => {
        all = there
        if (isLive) paintSoon()
        else print(shownOf(there))
      },
      error: (thrown) => {
        close()
        if (!isSupervisorLost(thrown)) return fail(thrown)
        if (look !== 'json') screen.write(`${thrown.message}\n`)
        end(1)
      },
    }),
  )
  return {
    ended,
    leave,
    pause: () => {
      stopListening?.()
      clock.clearTimeout(timer)
      if (isLive) whole.close()
    },
    resume: () => {
      stopListening = listen()
      if (isLive) paintNow()
    },
    close,
  }
}
