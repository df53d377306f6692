import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { ReadyWork } from './ready-work.ts'

/**
 * Waits for a line on descriptor 3 and then becomes the command, in the same process. If the line does not come,
 * because the process that started it has died, nothing is run.
 */
const shim = 'read -r DAGMAR_GO <&3 || exit 125\nexec 3<&-\nexec "$@"'

export interface Launched {
  readonly child: ChildProcess
  readonly pid: number
  readonly stdout: Socket
  readonly stderr: Socket
  /** Where answers are written. Undefined where the command has no input. */
  readonly stdin: Socket | undefined
  /** Lets the command run. */
  go(): void
}

export interface LaunchOptions {
  readonly variables: Readonly<Record<string, string>>
  /** @default this process's */
  readonly umask?: number | undefined
}

/**
 * Starts the process, as the leader of its own group and session, and holds it until `go`. Where it
 * cannot be started, `failed` is called, now or later, and nothing is returned.
 */
export function launch(
  work: ReadyWork,
  { variables, umask }: LaunchOptions,
  failed: (thrown: unknown) => void,
): Launched | undefined {
  const script = umask === undefined ? shim : `umask ${umask.toString(8).padStart(3, '0')}\n${shim}`
  let child: ChildProcess
  try {
    child = spawn('/bin/sh', ['-c', script, 'dagmar', ...argsOf(work, variables)], {
      cwd: work.cwd,
      env: variables,
      detached: true,
      stdio: [
        work.stdin === 'answers' || work.prompt !== undefined ? 'pipe' : 'ignore',
        'pipe',
        'pipe',
        'pipe',
      ],
    })
  } catch (thrown) {
    failed(thrown)
    return undefined
  }
  const { pid } = child
  if (pid === undefined) {
    child.once('error', failed)
    return undefined
  }
  const [stdin, stdout, stderr, gate] = child.stdio as unknown as [Socket | null, Socket, Socket, Socket]
  for (const socket of [stdout, stderr, gate, ...(stdin === null ? [] : [stdin])]) {
    // A broken pipe is closed, too, and that is what counts.
    socket.on('error', () => socket.destroy())
  }
  return {
    child,
    pid,
    stdout,
    stderr,
    stdin: stdin ?? undefined,
    go: () => {
      gate.end('\n', () => gate.destroy())
      if (work.prompt !== undefined) stdin?.end(work.prompt)
    },
  }
}

function argsOf({ run, shell }: ReadyWork, variables: Readonly<Record<string, string>>): readonly string[] {
  const args = typeof run === 'string' ? [shell ?? '/bin/sh', '-c', run] : run
  // Some shells, dash among them, drop variables whose names are not valid in a shell. They are set again after the
  // shell, but for those that this process was given and that `env` would take for options.
  const odd = Object.keys(variables).filter((name) => !/^(?:[A-Za-z_]\w*|-.*)?$/s.test(name))
  return odd.length === 0 ? args : ['env', ...odd.map((name) => `${name}=${variables[name]}`), ...args]
}
