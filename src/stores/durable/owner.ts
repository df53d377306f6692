import { readlinkSync } from 'node:fs'
import type { Owner, OwnerProcess } from '../../ports/store.ts'
import { bootId } from '../../system/boot-id.ts'
import { runningProcess, startOf } from '../../system/running-process.ts'

let here: OwnerProcess | undefined

/** This process, as others find it. */
export function thisProcess(): OwnerProcess {
  const { pid } = process
  here ??= { pid, start: startOf(pid), bootId: bootId(), pidNamespace: pidNamespace() }
  return here
}

/**
 * True unless the owner's process is known to be gone: the system has come up anew since, or no process with its number
 * and start runs. Without /proc there is the number alone, so that a process that got it later passes for the owner.
 */
export function isAlive({ process: told = thisProcess() }: Owner): boolean {
  const own = thisProcess()
  if (told.bootId !== own.bootId) return false
  if (told.pidNamespace !== own.pidNamespace) return true
  return told.start === null ? isThere(told.pid) : runningProcess(told.pid)?.start === told.start
}

/** The owner as a person would look for it. */
export function showOwner({ process: { pid, pidNamespace: namespace } = thisProcess() }: Owner): string {
  const isElsewhere = namespace !== thisProcess().pidNamespace
  return isElsewhere ? `process ${pid} in another pid namespace, ${namespace}` : `process ${pid}`
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (thrown) {
    // It is there, and belongs to somebody else.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return null
  }
}
