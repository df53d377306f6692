import { close, fdatasync, openSync } from 'node:fs'

/** How what was written is made to outlast the machine's power. */
export interface Disk {
  /** Resolves when all that was written to the file is on the disk. */
  sync(file: number): Promise<void>
}

/** Off the main thread: nothing else waits. */
export const disk: Disk = {
  sync: (file) =>
    new Promise((resolve, reject) => {
      fdatasync(file, (error) => (error === null ? resolve() : reject(error)))
    }),
}

/** So that a file that is new there is found after a loss of power. Systems that cannot do that do without. */
export async function syncFolder(path: string, on: Disk): Promise<void> {
  let folder: number
  try {
    folder = openSync(path, 'r')
  } catch {
    return
  }
  try {
    await on.sync(folder)
  } catch (thrown) {
    if (!hasNoSync(thrown)) throw thrown
  } finally {
    closeQuietly(folder)
  }
}

/** What systems say that cannot sync a folder. */
export function hasNoSync(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException
  return code === 'EINVAL' || code === 'EPERM' || code === 'EISDIR'
}

export function closeQuietly(file: number): void {
  close(file, () => undefined)
}
