import type { ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as later } from 'node:timers/promises'
import { DagmarError, type ErrorDetails } from '../../errors/dagmar-error.ts'
import type { Home } from '../home.ts'
import { shownText } from '../../text/shown-text.ts'
import { commandLine } from '../package-root.ts'
import { jobEnvironment } from '../spool/job-environment.ts'

/** How long a supervisor that was started has to open its door. */
const patienceMs = 15_000
/** A log that is larger is begun anew. */
const mostLogBytes = 1024 * 1024

/** A connection to the supervisor; undefined where there is none. */
export function knock(home: Pick<Home, 'socket'>): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(home.socket)
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (isAbsence(error)) resolve(undefined)
      else reject(error)
    })
  })
}

/** A door at which too many stand counts as one that nobody opens: whoever is started for it finds out. */
function isAbsence({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EAGAIN'
}

/** Starts a supervisor in the background. It leaves at once where there is one already. */
export async function startInBackground(home: Home): Promise<ChildProcess> {
  const { spawn } = await import('node:child_process')
  const log = openSync(home.log, 'a', 0o600)
  try {
    const isLong = fstatSync(log).size > mostLogBytes
    const output = isLong ? openSync(home.log, 'w', 0o600) : log
    const child = spawn(process.execPath, [commandLine(), 'supervisor', 'run'], {
      cwd: '/',
      detached: true,
      env: { ...jobEnvironment(process.env), DAGMAR_HOME: home.path },
      stdio: ['ignore', output, output],
    })
    child.unref()
    // What cannot be started is found out by whoever waits for its door.
    child.on('error', () => undefined)
    if (isLong) closeSync(output)
    return child
  } finally {
    closeSync(log)
  }
}

/** A connection to the supervisor, which is started where there is none. Rejects with `SUPERVISOR_LOST`. */
export async function reachSupervisor(home: Home, start = true): Promise<Socket> {
  const there = await knock(home)
  if (there !== undefined) return there
  if (!start) throw lost(home, 'There is no supervisor.', { isAbsent: true })
  let child: ChildProcess | undefined
  let exitCode: number | null | undefined
  const giveUpAt = performance.now() + patienceMs
  for (let waitMs = 10; performance.now() < giveUpAt; waitMs = Math.min(waitMs * 1.5, 200)) {
    // One that has ended well found another one there, or had nothing to do: that one may be gone by now.
    if (child === undefined || exitCode === 0) {
      exitCode = undefined
      child = await startInBackground(home)
      child.once('exit', (code) => {
        exitCode = code
      })
    }
    await later(waitMs)
    const socket = await knock(home)
    if (socket !== undefined) return socket
    if (exitCode !== undefined && exitCode !== 0) {
      throw lost(home, `The supervisor could not begin: ${lastLineOf(home.log)}`)
    }
  }
  throw lost(home, `The supervisor was started, and has not opened its door for ${patienceMs / 1_000} s.`)
}

function lost(home: Home, message: string, facts: ErrorDetails['facts'] = {}): DagmarError {
  return new DagmarError('SUPERVISOR_LOST', {
    message,
    hint: `${home.log} may say why.`,
    facts: { home: home.path, ...facts },
  })
}

function lastLineOf(path: string): string {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return shownText(lines.findLast((line) => line.startsWith('dagmar: ')) ?? lines.at(-1) ?? '').replace(
    /^dagmar: /,
    '',
  )
}
