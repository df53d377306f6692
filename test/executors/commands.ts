import { existsSync, readdirSync, readFileSync } from 'node:fs'
import {
  type AttemptReport,
  type CommandOptions,
  command,
  type JsonValue,
  type ProcessExecutor,
  processExecutor,
  type ProcessExecutorOptions,
  type Work,
} from 'dagmar'
import { afterEach, expect, vi } from 'vitest'

export interface RunningCommand {
  readonly attemptId: string
  readonly executor: ProcessExecutor
  readonly reports: readonly AttemptReport[]
  /** The last report. */
  readonly end: Promise<AttemptReport>
  /** What it has written so far, line by line. */
  readonly lines: (stream?: 'stdout' | 'stderr') => readonly string[]
  /** Resolves when it has written a line that has the text. */
  readonly says: (text: string) => Promise<void>
  readonly warnings: () => readonly string[]
}

export interface RunCommandOptions extends ProcessExecutorOptions {
  readonly executor?: ProcessExecutor
  readonly inputs?: Readonly<Record<string, unknown>>
  readonly input?: unknown
  readonly taskId?: string
  /** What is told of its process before it runs the command. @default nothing listens */
  readonly note?: (handle: ProcessHandle) => void | Promise<void>
}

/** What the executor notes of a process. */
export interface ProcessHandle {
  readonly pid: number
  readonly start: number
  readonly boot: string
  readonly mark: string
  readonly worktree?: Readonly<Record<'folder' | 'branch' | 'base' | 'repository', string>>
  readonly snapshot?: Readonly<Record<'commit' | 'repository' | 'ref', string>> & {
    readonly head?: string
    readonly untracked?: number
  }
}

const lasts: ReadonlySet<AttemptReport['type']> = new Set([
  'attempt.completed',
  'attempt.failed',
  'attempt.ended',
])
/** Every attempt of a test file carries it. */
const runId = `run-${process.pid}`
let count = 0

/** Starts the work as the runtime would, and keeps what is reported. */
export function startCommand(work: Work<unknown>, options: RunCommandOptions = {}): RunningCommand {
  const { executor: given, inputs = {}, input, taskId = 'task', note, ...executorOptions } = options
  const executor = given ?? processExecutor(executorOptions)
  const attempt = ++count
  const attemptId = `${runId}/${taskId}/${attempt}`
  const reports: AttemptReport[] = []
  const { promise: end, resolve } = withResolvers<AttemptReport>()
  const noted = (handle: JsonValue) => note?.(handle as unknown as ProcessHandle)
  const key = { runId, taskId, attempt, work: work.work, inputs, input, actor: undefined as never }
  void executor.start({ ...key, note: noted }, (report) => {
    reports.push(report)
    if (lasts.has(report.type)) resolve(report)
  })
  const lines = (stream?: 'stdout' | 'stderr'): readonly string[] =>
    reports.flatMap((report) =>
      report.type === 'attempt.output' &&
      report.isPartial !== true &&
      (stream === undefined || report.stream === stream)
        ? report.text.split('\n')
        : [],
    )
  return {
    attemptId,
    executor,
    reports,
    end,
    lines,
    says: async (text) => {
      await vi.waitFor(() => expect(lines().join('\n')).toContain(text), { timeout: 10_000, interval: 5 })
    },
    warnings: () => reports.flatMap((report) => (report.type === 'attempt.warned' ? [report.message] : [])),
  }
}

/** Runs a line of a shell to its end. */
export async function runLine(
  line: string,
  options: CommandOptions = {},
  run: RunCommandOptions = {},
): Promise<RunningCommand & { readonly last: AttemptReport }> {
  const running = startCommand(command(line, options), run)
  return { ...running, last: await running.end }
}

/** The processes that carry the id of an attempt of this file in their environment. */
export function processesOfThisFile(): readonly string[] {
  if (!existsSync('/proc/self/environ')) return []
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const environ = readFileSync(`/proc/${pid}/environ`, 'latin1')
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
      return environ.includes(`DAGMAR_ATTEMPT=${runId}/`) ? [`${pid} ${command}`] : []
    } catch {
      return []
    }
  })
}

/** Whether anything of a process group runs; the dead that nobody has reaped do not. */
export function isGroupAlive(group: number): boolean {
  try {
    process.kill(-group, 0)
  } catch {
    return false
  }
  if (!existsSync('/proc/self/stat')) return true
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(pgrp) === group && state !== 'Z'
    } catch {
      return false
    }
  })
}

/** After each test of the file, nothing that it has started is alive. */
export function expectNothingLeft(): void {
  afterEach(() => {
    expect(processesOfThisFile()).toEqual([])
  })
}

export function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
