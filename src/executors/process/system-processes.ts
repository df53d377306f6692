import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { readSmall } from '../../system/small-file.ts'

/** Marks of a process; `unknown` for one that is becoming another program at this moment. */
export type Marks = readonly string[] | 'unknown'

/** The marks in the environment that the process was started with. */
export function marksOf(pid: number): Marks {
  const environ = readEnviron(pid)
  if (environ === undefined) return []
  // While a process becomes another program its environment reads as empty. Few have an empty one for long.
  if (environ.length === 0) return 'unknown'
  const at = environ.startsWith(variable) ? 0 : environ.indexOf(`\0${variable}`)
  if (at === -1) return []
  const from = environ.indexOf('=', at) + 1
  const end = environ.indexOf('\0', from)
  return environ.slice(from, end === -1 ? undefined : end).split(',')
}

const variable = 'DAGMAR_MARKS='

/** Numbers of all processes but this one; undefined where there is no /proc as Linux has it, or it cannot be read. */
export function allPids(): readonly number[] | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return readdirSync('/proc').flatMap((name) => {
      const pid = Number(name)
      return Number.isInteger(pid) && pid !== process.pid ? [pid] : []
    })
  } catch {
    return undefined
  }
}

/** The number that was given out last. Threads get numbers, too. */
export function latestPid(): number | undefined {
  const latest = Number(readSmall('/proc/loadavg').trim().split(' ').at(-1))
  return latest > 0 ? latest : undefined
}

/** In brackets, as ps has it, the mere name of a process that has no command line, as one that is about to become another. */
export function commandOf(pid: number): string {
  const line = readSmall(`/proc/${pid}/cmdline`).split('\0').join(' ').trim().slice(0, 200)
  return line === '' ? `[${readSmall(`/proc/${pid}/comm`).trim()}]` : line
}

let room = Buffer.allocUnsafe(64 * 1024)

/** Undefined where it is gone, or belongs to somebody else. */
function readEnviron(pid: number): string | undefined {
  let file: number | undefined
  try {
    file = openSync(`/proc/${pid}/environ`, 'r')
    let size = 0
    for (;;) {
      const read = readSync(file, room, size, room.length - size, null)
      if (read === 0) return room.toString('latin1', 0, size)
      size += read
      if (size === room.length) room = Buffer.concat([room, Buffer.allocUnsafe(room.length)])
    }
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
