import type { TaskId } from '../../../machines/outcome.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import type { Explanation } from '../../events/explanation.ts'
import type { Fact, RunFact } from '../../events/facts.ts'
import type { RunView } from '../../events/fold.ts'
import { whyOf } from '../../events/why-of.ts'
import type { Job } from '../../jobs/client/jobs.ts'
import type { WatchedRun } from '../run/watched-run.ts'

export interface WatchedJobOptions {
  readonly job: Pick<Job, 'why' | 'kill' | 'answer'>
  readonly created: Extract<RunFact, { type: 'run.created' }>
  /** The fold of the facts so far. */
  readonly view: () => RunView
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Something that was asked of the job could not be done. */
  readonly failed: (sentence: string) => void
}

/** The run of a job, as its facts have it so far. */
export interface WatchedJob extends WatchedRun {
  /** To be called with each fact. */
  see(fact: Fact): void
}

/** What the supervisor has said about a task, and for how long that is believed. */
interface Said {
  readonly explanation: Explanation
  /** The `seq` of the task's last fact before it. */
  readonly seq: number
  readonly until: number
}

/** Slots and pools come free without a fact of the task that waits for them. */
const believedMs = 1_000

/**
 * Shows a job as if its run were in this process. Why a task waits is at once what the facts say. Which room it lacks
 * the supervisor alone knows: it is asked, and what it answers is shown from then on.
 */
export function watchedJob({ job, created, view, now, failed }: WatchedJobOptions): WatchedJob {
  const stories = new Map<TaskId, RunFact[]>()
  const said = new Map<TaskId, Said>()
  const asked = new Set<TaskId>()
  const seqOf = (taskId: TaskId): number => stories.get(taskId)?.at(-1)?.seq ?? 0

  const ask = async (taskId: TaskId): Promise<void> => {
    if (asked.has(taskId)) return
    asked.add(taskId)
    const seq = seqOf(taskId)
    try {
      said.set(taskId, { explanation: await job.why(taskId), seq, until: now() + believedMs })
    } catch {
      // What the facts say is true, and says less.
    } finally {
      asked.delete(taskId)
    }
  }
  return {
    plan: created,
    see: (fact) => {
      if (fact.taskId === undefined || !('seq' in fact)) return
      const story = stories.get(fact.taskId)
      if (story === undefined) stories.set(fact.taskId, [fact])
      else story.push(fact)
    },
    why: (taskId) => {
      const known = whyOf({ ...view(), at: now() }, taskId)
      if (!known.waitsFor.some(({ kind }) => kind === 'room')) return known
      const told = said.get(taskId)
      if (told === undefined || told.until <= now()) void ask(taskId)
      return told?.seq === seqOf(taskId) ? told.explanation : known
    },
    story: (taskId) => stories.get(taskId) ?? [],
    kill: async (taskId, options) => {
      try {
        await job.kill(taskId, options)
      } catch (thrown) {
        failed(`${taskId} could not be killed: ${thrownText(thrown)}`)
      }
    },
    answer: (taskId, answer) => job.answer(taskId, answer),
  }
}
