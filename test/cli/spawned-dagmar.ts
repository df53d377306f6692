import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, vi } from 'vitest'
import { builtDagmar } from './built-dagmar.ts'

/** In the environment of everything that a test file starts. */
const mark = `DAGMAR_TEST_MARK=${randomUUID()}`
const folders: string[] = []
const children: ChildProcess[] = []

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface SpawnedDagmar {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout(): string
  stderr(): string
  /** Resolves when its output has the text, that many times. */
  says(text: string, times?: number): Promise<void>
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdin?: string
  readonly cwd?: string
  /** Runs it as the argument of another command, such as `script -qfc`. */
  readonly under?: (line: string) => readonly [file: string, ...args: string[]]
}

/** Starts the real command line as a process of its own. */
export function dagmar(args: readonly string[], options: SpawnOptions = {}): SpawnedDagmar {
  const argv = [process.execPath, builtDagmar(), ...args]
  const line = argv.map((word) => `'${word}'`).join(' ')
  const [file, ...rest] = options.under?.(line) ?? (argv as [string, ...string[]])
  const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...env } = process.env
  const [name, value] = mark.split('=') as [string, string]
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: { ...env, TERM: 'xterm', [name]: value, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  children.push(child)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin ?? '')
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return {
    child,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    says: (text, times = 1) =>
      vi.waitFor(() => expect((stdout + stderr).split(text).length - 1).toBeGreaterThanOrEqual(times), {
        timeout: 15_000,
        interval: 5,
      }),
  }
}

/** Writes files into a folder of their own; gives the folder's path. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'dagmar-cli-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

/** A plan file with these tasks; gives its path. */
export function planWith(tasks: Readonly<Record<string, unknown>>, rest: object = {}): string {
  return join(folderWith({ 'plan.json': JSON.stringify({ name: 'tried', ...rest, tasks }) }), 'plan.json')
}

/** The processes that this file's tests have started and that are alive; none where there is no /proc. */
export function left(): readonly { readonly pid: number; readonly command: string }[] {
  if (!existsSync('/proc/self/environ')) return []
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark)) return []
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()
      return [{ pid: Number(pid), command }]
    } catch {
      // It has ended meanwhile, or is somebody else's.
      return []
    }
  })
}

export async function expectNothingLeft(): Promise<void> {
  await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 10_000, interval: 20 })
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
