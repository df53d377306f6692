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

/** How much of a run is told: `--quiet`, `--verbose` or neither. */
export type Level = 'quiet' | 'normal' | 'verbose'

/** How a run is shown. */
export type Look = 'live' | 'plain' | 'json'

export interface DisplayChoice {
  readonly look: Look
  /** How much is told. */
  readonly level: Level
  readonly isColoured: boolean
  readonly logDir: string | undefined
  /** Whether the output of each attempt stands together, and how it is marked. */
  readonly groups: 'plain' | 'github' | undefined
}

export interface DisplayParts {
  readonly plan: Pick<Plan, 'structure'>
  readonly progress: RunProgress
  readonly screen: Screen
  /** Where messages for people go while a program reads `screen`. */
  readonly aside: Screen
  readonly clock: Clock
  readonly why: (taskId: TaskId) => Explanation
  /** What happened to a task, in sentences. */
  readonly story: (taskId: TaskId) => readonly string[]
  /** How long the run probably goes on, in milliseconds. */
  readonly leftMs?: (now: number) => number | undefined
  /** True where somebody at a keyboard is there. */
  readonly isAttended: boolean
  /** True where the run goes on without this process, which may be detached from it. */
  readonly mayDetach: boolean
}

/** Loads only the modules that the look needs. */
export async function loadDisplay(choice: DisplayChoice): Promise<(parts: DisplayParts) => Display> {
  if (choice.look === 'json') {
    const { jsonView } = await import('../view/json-view.ts')
    return ({ screen, aside }) => jsonView(screen, aside)
  }
  const { logDir, level } = choice
  const [{ painter }, { summaryLines }, { plainView }] = await Promise.all([
    import('../screen/colours.ts'),
    import('../view/summary.ts'),
    import('../view/plain-view.ts'),
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
  const { groups } = choice
  const marks = groups === undefined ? undefined : await import('../view/ci-lines.ts')
  const plain = (parts: DisplayParts): Display =>
    plainView({
      ...parts,
      paint,
      weights: weightsFor('plain', level),
      summarise: summarise(parts),
      ...(marks === undefined ? {} : { groups: groups === 'github' ? marks.githubMarks : marks.noMarks }),
    })
  if (choice.look === 'plain') return plain
  const [{ liveView }, { liveThenPlain }] = await Promise.all([
    import('../view/live-view.ts'),
    import('../view/live-then-plain.ts'),
  ])
  return (parts) => {
    const live = liveView({
      ...parts,
      paint,
      weights: weightsFor('live', level),
      summarise: summarise(parts),
      hasKeys: parts.isAttended,
    })
    return liveThenPlain(live, () => plain(parts))
  }
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

/** GitHub Actions folds the output of tasks and shows failures beside the code; elsewhere it is grouped if wanted. */
export function groupsFor(isWanted: boolean, look: Look, env: Surroundings['env']): DisplayChoice['groups'] {
  if (look !== 'plain') return undefined
  if (env['GITHUB_ACTIONS'] === 'true') return 'github'
  return isWanted ? 'plain' : undefined
}

/** True on build servers, which set `CI`: nobody sits there. */
export function isUnattended({ CI: ci = '' }: Surroundings['env']): boolean {
  return ci !== '' && ci !== '0' && ci !== 'false'
}

/**
 * Which facts become lines. Above a live block those that somebody may act on and the ends of tasks, elsewhere all but
 * the bookkeeping.
 */
export function weightsFor(look: Look, level: Level): ReadonlySet<Weight> {
  const few: readonly Weight[] = ['alarm']
  const some: readonly Weight[] = ['alarm', 'end']
  const most: readonly Weight[] = [...some, 'event', 'output']
  if (level === 'quiet') return new Set(few)
  if (level === 'normal') return new Set(look === 'live' ? some : most)
  return new Set(look === 'live' ? most : [...most, 'detail'])
}
