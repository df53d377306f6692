import { spawn } from 'node:child_process'
import { asItIs, asWord } from '../../executors/process/fill-work.ts'
import { signal as send } from '../../executors/process/signal.ts'
import type { CloseCommand } from '../../plan-file/agent-commands.ts'
import type { ClosedSession } from '../../runtime/agents/session-closer.ts'
import { filled } from '../../text/placeholders.ts'

/** Runs the command that closes a session. Its process group gets SIGKILL once that takes too long. */
export function closeByCommand(
  { run, shell = '/bin/sh', cwd }: CloseCommand,
  { id, agentId, signal }: ClosedSession,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const fill = (text: string, put: (value: string) => string): string =>
    filled(text, (name) => (name === 'session' ? put(id) : undefined))
  const [file, ...args] =
    typeof run === 'string'
      ? [shell, '-c', fill(run, asWord)]
      : [run[0], ...run.slice(1).map((text) => fill(text, asItIs))]
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...env, DAGMAR_AGENT: agentId, DAGMAR_SESSION: id },
      detached: true,
      stdio: 'ignore',
    })
    const end = (): void => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        send(-child.pid, 'SIGKILL')
    }
    signal.addEventListener('abort', end)
    child.on('error', (error) => {
      signal.removeEventListener('abort', end)
      reject(error)
    })
    child.on('exit', (code, ending) => {
      signal.removeEventListener('abort', end)
      if (code === 0) resolve()
      else reject(new Error(code === null ? `it was ended by ${ending}` : `it exited with code ${code}`))
    })
  })
}
