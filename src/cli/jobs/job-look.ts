import type { JobStatus, JobSummary } from '../../jobs/job.ts'
import { showMs } from '../../time/show-ms.ts'
import { minuteMs } from '../../time/even-step.ts'
import type { Tone } from '../screen/colours.ts'
import { tickingTime } from '../view/show-time.ts'

interface Look {
  readonly sign: string
  readonly tone: Tone
}

const looks: Readonly<Record<JobStatus, Look>> = {
  dispatched: { sign: '○', tone: 'faint' },
  starting: { sign: '◌', tone: 'faint' },
  running: { sign: '●', tone: 'busy' },
  stalled: { sign: '!', tone: 'odd' },
  paused: { sign: '=', tone: 'odd' },
  draining: { sign: '×', tone: 'odd' },
  killing: { sign: '×', tone: 'odd' },
  completed: { sign: '✓', tone: 'good' },
  failed: { sign: '✗', tone: 'bad' },
  killed: { sign: '✗', tone: 'bad' },
}

/** In the order of a job's life. */
export const jobStatuses = Object.keys(looks) as readonly JobStatus[]

/** How a job looks in its status. One that asks a person something stands out. */
export function lookOf({ status, isAsking }: Pick<JobSummary, 'status' | 'isAsking'>): Look {
  return isAsking === true && looks[status].tone !== 'bad' ? { sign: '?', tone: 'odd' } : looks[status]
}

const cells = 20

/** How much of a job is done, as a bar that always has 20 cells. Only what is whole fills the last one. */
export function jobBar({ progress }: Pick<JobSummary, 'progress'>): string {
  const full = Math.floor(shareOf(progress) * cells + rounding)
  return '█'.repeat(full) + '░'.repeat(cells - full)
}

/** As a whole number with its sign, such as `30%`. 100% is only what is whole. */
export function jobPercent({ progress }: Pick<JobSummary, 'progress'>): string {
  return `${Math.floor(shareOf(progress) * 100 + rounding)}%`
}

/** 0.29 * 100 is a little less than 29. */
const rounding = 1e-9

function shareOf(progress: number): number {
  return progress > 0 ? Math.min(1, progress) : 0
}

/** How long ago, in at most four columns for a few years: `7s`, `12m`, `3h`, `40d`. */
export function shortAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}

/** A length, short: `850 ms`, `10.0 s`, `4m59s`. */
export function shownLength(ms: number): string {
  return ms < minuteMs ? showMs(ms) : tickingTime(ms)
}
