import { thrownText } from '../../errors/foreign-value.ts'
import { readFields, readInteger, badValue } from '../../graph/read-values.ts'
import type { Attempt, Executor, Report } from '../../ports/executor.ts'
import { attemptIdOf } from '../attempt.ts'
import type { LiveCommands } from './live-commands.ts'
import type { ProcessExecutorOptions } from './process-options.ts'

export interface ProcessExecutor extends Executor {
  /**
   * With true it stops reading what commands write, until it is called with false: for somebody whose own reader is
   * behind. Commands wait once their pipes are full, and count as working meanwhile. What is left in the pipes of a
   * command that has ended is read all the same.
   */
  holdOutput(isHeld: boolean): void
  /** Sends SIGKILL to everything that its live attempts have started, at once and without waiting for the end. */
  killAllNow(): void
}

/**
 * Runs what `command()` makes, each attempt as a process group of its own. Its process exists, and is noted, before it
 * runs anything of the command; should this process die in between, it ends by itself. Its end is confirmed when nothing
 * of it is left: what a command leaves behind is ended and named in `task.warned`. When this process exits, by a crash too,
 * everything that is live gets SIGKILL; where a signal may end it, somebody has to listen for it. Needs a POSIX system.
 * Throws `CONFIG_INVALID`.
 */
export function processExecutor(options: ProcessExecutorOptions = {}): ProcessExecutor {
  readOptions(options)
  const waiting = new Map<string, { readonly attempt: Attempt; readonly report: Report }>()
  let commands: LiveCommands | undefined
  let isLoading = false
  let isHeld = false

  const load = async (): Promise<void> => {
    isLoading = true
    try {
      const { LiveCommands } = await import('./live-commands.ts')
      commands = new LiveCommands({ ...options, isHeld })
    } catch (thrown) {
      for (const { report } of taken(waiting)) report(notLoaded(thrown))
      return
    } finally {
      isLoading = false
    }
    for (const { attempt, report } of taken(waiting)) commands.start(attempt, report)
  }

  return {
    ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
    start(attempt, report) {
      if (commands !== undefined) {
        commands.start(attempt, report)
        return
      }
      waiting.set(attemptIdOf(attempt), { attempt, report })
      if (!isLoading) void load()
    },
    abort(attemptId) {
      const early = waiting.get(attemptId)
      if (early === undefined) commands?.abort(attemptId)
      else if (waiting.delete(attemptId)) early.report({ type: 'attempt.ended' })
    },
    force(attemptId) {
      commands?.force(attemptId)
    },
    answer(attemptId, answer) {
      commands?.answer(attemptId, answer)
    },
    expire(attemptId, place) {
      commands?.expire(attemptId, place)
    },
    async reap(_attempt, handle) {
      const { reapProcess } = await import('./reap.ts')
      await reapProcess(handle)
    },
    holdOutput(held) {
      isHeld = held
      commands?.holdOutput(held)
    },
    killAllNow() {
      commands?.killAllNow()
    },
  }
}

const known = new Set(['capacity', 'logDir', 'logBytes', 'worktreeDir', 'forceColor', 'surroundings'])

function readOptions(options: ProcessExecutorOptions): void {
  const path = 'processExecutor.options'
  readFields(options, path, known)
  const { capacity, logBytes, forceColor, surroundings } = options
  if (capacity !== undefined) readInteger(capacity, `${path}.capacity`, 1, true)
  for (const field of ['logDir', 'worktreeDir'] as const) {
    const folder: unknown = options[field]
    if (folder !== undefined && (typeof folder !== 'string' || folder.trim() === '')) {
      throw badValue(`${path}.${field}`, folder, 'the path of a directory')
    }
  }
  if (logBytes !== undefined) readInteger(logBytes, `${path}.logBytes`, 1024, true)
  if (forceColor !== undefined && ![1, 2, 3].includes(forceColor)) {
    throw badValue(`${path}.forceColor`, forceColor, '1, 2 or 3')
  }
  if (surroundings !== undefined && typeof surroundings !== 'function') {
    throw badValue(`${path}.surroundings`, surroundings, 'a function of a run id')
  }
}

/** Each entry as it is taken out: one that is taken out by somebody else meanwhile does not come. */
function* taken<Entry>(waiting: Map<string, Entry>): IterableIterator<Entry> {
  for (const [attemptId, entry] of waiting) {
    waiting.delete(attemptId)
    yield entry
  }
}

function notLoaded(thrown: unknown) {
  return {
    type: 'attempt.failed',
    failure: {
      code: 'COMMAND_NOT_STARTED',
      message: `Processes cannot be started here: ${thrownText(thrown)}`,
    },
  } as const
}
