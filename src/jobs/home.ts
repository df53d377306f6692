import { existsSync, mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { DagmarError } from '../errors/dagmar-error.ts'
import { thrownText } from '../errors/foreign-value.ts'
import { stateFolder } from '../system/state-folder.ts'

/** A state directory, and where things lie in it. It belongs to one user alone, and has at most one supervisor. */
export interface Home {
  readonly path: string
  /** Where jobs wait to be taken up by the supervisor. */
  readonly spool: string
  /** A folder for each job. */
  readonly jobs: string
  /** The environments of the jobs that are not settled. */
  readonly environments: string
  readonly socket: string
  /** Held by the supervisor for as long as it lives. */
  readonly lock: string
  /** The jobs. */
  readonly database: string
  /** The journals of their runs. */
  readonly journals: string
  /** What the supervisor has to say where nobody listens. */
  readonly log: string
}

/** Where the output of a job's tasks lies, in the job's folder. */
export function outputFolder(jobFolder: string): string {
  return join(jobFolder, 'output')
}

/** The longest path of a Unix socket on Linux, in bytes. */
const longestSocketPath = 107

/** The state directory, which is made where there is none. Throws `HOME_UNSAFE` where others may enter it. */
export function openHome(path = stateFolder(process.env)): Home {
  const whole = resolve(path)
  ownFolder(whole)
  const home = {
    path: whole,
    spool: join(whole, 'spool'),
    jobs: join(whole, 'jobs'),
    environments: join(whole, 'environments'),
    lock: join(whole, 'supervisor.lock'),
    database: join(whole, 'jobs.db'),
    journals: join(whole, 'runs.db'),
    log: join(whole, 'supervisor.log'),
  }
  for (const folder of [home.spool, home.jobs, home.environments]) makeFolder(folder)
  return { ...home, socket: socketIn(whole) }
}

function socketIn(folder: string): string {
  const path = join(folder, 'supervisor.sock')
  if (Buffer.byteLength(path) <= longestSocketPath) return path
  const name = `dagmar-${process.getBuiltinModule('node:crypto').createHash('sha256').update(folder).digest('hex').slice(0, 16)}`
  const { XDG_RUNTIME_DIR: runtime = '' } = process.env
  const shorter = join(runtime === '' ? tmpdir() : runtime, name)
  ownFolder(shorter)
  return join(shorter, 'supervisor.sock')
}

/** A folder that is this user's and nobody else's. */
function ownFolder(path: string): void {
  makeFolder(path)
  const { uid, mode } = statSync(path)
  const own = process.getuid?.() ?? uid
  if (uid !== own) {
    throw unsafe(
      path,
      `belongs to the user ${uid}, and you are ${own}`,
      'Set DAGMAR_HOME to a folder of your own.',
    )
  }
  if ((mode & 0o077) === 0) return
  const allowed = (mode & 0o777).toString(8)
  throw unsafe(path, `may be entered by others (mode ${allowed})`, `Make it yours alone: chmod 700 '${path}'`)
}

/** Where it cannot be made, as where a file has its name, that is said without a stack. */
function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return
  // Not all at once: in folders such as /proc, `recursive` would never end.
  makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (thrown) {
    // Somebody else may have been faster.
    if (existsSync(path) && statSync(path).isDirectory()) return
    throw unsafe(path, `cannot be made: ${thrownText(thrown)}`, 'Set DAGMAR_HOME to a folder of your own.')
  }
}

function unsafe(path: string, problem: string, hint: string): DagmarError {
  return new DagmarError('HOME_UNSAFE', {
    message: `The state directory ${path} ${problem}.`,
    hint,
    facts: { path },
  })
}
