import { logFolder } from '../../executors/process/log-path.ts'
import type { TaskId } from '../../../machines/outcome.ts'
import type { Plan } from '../../graph/plan.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { Explanation } from '../../events/explanation.ts'
import type { Clock } from '../../time/clock.ts'
import type { Screen } from '../screen/screen.ts'
import type { Display } from '../view/display.ts'
import type { Weight } from '../view/fact-line.ts'
import type { RunProgress } from '../view/run-progress.ts'

/** How a run is shown. */
export type Look = 'live' | 'plain' | 'json'

export interface DisplayChoice {
  readonly look: Look
  /** Which facts become lines. */
  readonly weights: ReadonlySet<Weight>
  readonly isColoured: boolean
  readonly logDir: string | undefined
}

export interface DisplayParts {
  readonly plan: Pick<Plan, 'structure'>
  readonly progress: RunProgress
  readonly screen: Screen
  /** Where messages for people go while a program reads `screen`. */
  readonly aside: Screen
  readonly clock: Clock
  readonly why: (taskId: TaskId) => Explanation
}

/** Loads only the modules that the look needs. */
export async function loadDisplay(choice: DisplayChoice): Promise<(parts: DisplayParts) => Display> {
  if (choice.look === 'json') {
    const { jsonView } = await import('../view/json-view.ts')
    return ({ screen, aside }) => jsonView(screen, aside)
  }
  const { logDir, weights } = choice
  const [{ painter }, { summaryLines }] = await Promise.all([
    import('../screen/colours.ts'),
    import('../view/summary.ts'),
  ])
  const paint = painter(choice.isColoured)
  const summarise =
    ({ plan, progress }: DisplayParts) =>
    (result: RunResult) =>
      summaryLines(result, {
        plan,
        progress,
        paint,
        ...(logDir === undefined ? {} : { logDir: logFolder(logDir, result.runId) }),
      })
  if (choice.look === 'plain') {
    const { plainView } = await import('../view/plain-view.ts')
    return (parts) => plainView({ ...parts, paint, weights, summarise: summarise(parts) })
  }
  const { liveView } = await import('../view/live-view.ts')
  return (parts) => liveView({ ...parts, paint, weights, summarise: summarise(parts) })
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether stdout is a terminal. */
  readonly isTerminal: boolean
}

/** A live block needs a terminal that can move its cursor, and somebody who watches, unlike on a build server. */
export function lookFor(wantsJson: boolean, { env, isTerminal }: Surroundings): Look {
  if (wantsJson) return 'json'
  return isTerminal && env['TERM'] !== 'dumb' && !isUnattended(env) ? 'live' : 'plain'
}

/** True on build servers, which set `CI`: nobody sits there. */
export function isUnattended({ CI: ci = '' }: Surroundings['env']): boolean {
  return ci !== '' && ci !== '0' && ci !== 'false'
}

/**
 * Which facts become lines. Above a live block only those that somebody may act on, elsewhere all but the bookkeeping.
 */
export function weightsFor(look: Look, level: 'quiet' | 'normal' | 'verbose'): ReadonlySet<Weight> {
  const few: readonly Weight[] = ['alarm']
  const most: readonly Weight[] = ['alarm', 'event', 'output']
  if (level === 'quiet') return new Set(few)
  if (level === 'normal') return new Set(look === 'live' ? few : most)
  return new Set(look === 'live' ? most : [...most, 'detail'])
}
