import { readFileSync, statSync } from 'node:fs'

/** The process that holds a lock of this file; undefined where none does, or where there is no /proc. */
export function lockHolder(path: string): number | undefined {
  try {
    const { ino } = statSync(path)
    // 1: POSIX  ADVISORY  WRITE 4711 08:01:262172 1073741824 1073742335
    for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
      const [, , , , pid, file] = line.split(/\s+/)
      if (file?.split(':')[2] === String(ino) && Number(pid) > 0) return Number(pid)
    }
  } catch {
    // Who holds it cannot be seen.
  }
  return undefined
}
