import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { signal as send } from '../signal.ts'
import { errorCode } from '../start-fault.ts'

export interface GitOptions {
  readonly cwd: string
  /** All its variables. */
  readonly variables: Readonly<Record<string, string>>
  /** Ends it when it is aborted. */
  readonly signal?: AbortSignal | undefined
}

export interface GitAnswer {
  readonly code: number
  readonly stdout: string
}

/** Git did not do what it was asked for. The message is a sentence without its full stop. */
export class GitFault extends Error {
  override readonly name = 'GitFault'
  /** The exit code, where git came to an end by itself. */
  readonly code: number | undefined

  constructor(message: string, code?: number) {
    super(message)
    this.code = code
  }
}

/** Longest that one command of git may run. */
const mostMs = 120_000
/** Most that it may write, in characters: what is known of it in part is not known. */
const mostText = 1 << 26
/** Somebody else's lock is gone after a moment, as a rule. */
const waitsMs = [50, 200, 800]

/** Nothing that the repository has configured to be run beside: hooks, a watcher of files, tidying up. */
const quiet = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.safecrlf=false',
  'gc.auto=0',
  'maintenance.auto=false',
].flatMap((setting) => ['-c', setting])

/** What git writes to stdout. Throws a `GitFault` for another exit code than 0. */
export async function git(args: readonly string[], options: GitOptions): Promise<string> {
  const { code, stdout, stderr } = await run(args, options)
  if (code === 0) return stdout
  const said = stderr.trim().split('\n').slice(-3).join(' ').slice(0, 500)
  throw new GitFault(`git ${args[0]} exited with code ${code}${said === '' ? '' : `: ${said}`}`, code)
}

/** For questions that are answered by the exit code. Throws a `GitFault` where git cannot be run. */
export async function askGit(args: readonly string[], options: GitOptions): Promise<GitAnswer> {
  return run(args, options)
}

/** Tries again what may have met the lock of another git. */
export async function gitPatiently(args: readonly string[], options: GitOptions): Promise<string> {
  for (const waitMs of waitsMs) {
    try {
      return await git(args, options)
    } catch (thrown) {
      if (!(thrown instanceof GitFault) || thrown.code === undefined) throw thrown
    }
    await wait(waitMs)
  }
  return git(args, options)
}

function run(
  args: readonly string[],
  { cwd, variables, signal }: GitOptions,
): Promise<GitAnswer & { readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) throw new GitFault('git was ended')
    // In a session of its own: a Ctrl-C that ends dagmar must not end what tidies up.
    const child = spawn('git', [...quiet, ...args], {
      cwd,
      env: variables,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let why = ''
    const end = (reason: string): void => {
      why = reason
      endGroup(child)
    }
    const abort = (): void => end('git was ended')
    const timer = setTimeout(() => end(`git ${args[0]} took longer than ${mostMs / 1_000} s`), mostMs)
    signal?.addEventListener('abort', abort)
    const tooMuch = (): void => end(`git ${args[0]} wrote more than can be read`)
    const stdout = textOf(child.stdout, tooMuch)
    const stderr = textOf(child.stderr, tooMuch)
    const over = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    child.once('error', (thrown) => {
      over()
      const reason = errorCode(thrown) === 'ENOENT' ? 'it is not in PATH' : thrown.message
      reject(new GitFault(`git could not be started: ${reason}`))
    })
    child.once('close', (code, name) => {
      over()
      if (why !== '') reject(new GitFault(why))
      else if (code === null) reject(new GitFault(`git ${args[0]} was ended by ${name}`))
      else resolve({ code, stdout: stdout(), stderr: stderr() })
    })
  })
}

/** SIGTERM, by which git takes its locks and its half-made things away, and SIGKILL a second later. */
function endGroup({ pid, stdout, stderr }: ChildProcess): void {
  if (pid === undefined) return
  send(-pid, 'SIGTERM')
  setTimeout(() => {
    send(-pid, 'SIGKILL')
    stdout?.destroy()
    stderr?.destroy()
  }, 1_000).unref()
}

function textOf(stream: NodeJS.ReadableStream, tooMuch: () => void): () => string {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (part: string) => {
    if (text.length < mostText) text += part
    else tooMuch()
  })
  stream.on('error', () => {})
  return () => text
}
