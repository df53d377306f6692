import { close, closeSync, fdatasync, fsyncSync, openSync } from 'node:fs'

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
export function syncDirectory(path: string): void {
  try {
    const directory = openSync(path, 'r')
    try {
      fsyncSync(directory)
    } finally {
      closeSync(directory)
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EIO') throw thrown
  }
}

export function closeQuietly(file: number): void {
  close(file, () => undefined)
}
