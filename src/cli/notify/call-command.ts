import { spawn } from 'node:child_process'
import { signal } from '../../executors/process/signal.ts'
import type { NotifiedEvent } from '../../plan-file/notification.ts'
import { codeOf, type Delivery, type DeliveryOptions, withinBounds } from './delivery.ts'

export interface CalledCommand {
  readonly run: string | readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Runs a command once, with the JSON on its stdin. Its process group gets SIGKILL after 5 s. */
export function callCommand(
  { run, cwd, env }: CalledCommand,
  event: NotifiedEvent,
  json: string,
  options: DeliveryOptions,
): Promise<Delivery> {
  return withinBounds(options, (settle) => {
    const [file, ...args] = typeof run === 'string' ? ['/bin/sh', '-c', run] : run
    const child = spawn(file!, args, {
      cwd,
      env: { ...env, DAGMAR_EVENT: event },
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    let isOver = false
    child.on('error', (error) => {
      isOver = true
      settle({ reason: `it could not be started: ${codeOf(error)}`, mayBeTriedAgain: false })
    })
    child.on('exit', (code, ending) => {
      isOver = true
      const reason = code === null ? `it was ended by ${ending}` : `it exited with code ${code}`
      settle(code === 0 ? undefined : { reason, mayBeTriedAgain: false })
    })
    // It need not read what it is given.
    child.stdin.on('error', () => undefined).end(json)
    return () => {
      if (!isOver && child.pid !== undefined) signal(-child.pid, 'SIGKILL')
      child.stdin.destroy()
      child.unref()
    }
  })
}
