import { existsSync, type FSWatcher, statSync, watch } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

export interface WatchedFolder {
  close(): void
}

/**
 * Calls `changed` with the name of each file of a folder that is made, written to, renamed or removed, and without a name
 * where anything may have changed. The folder may be made later, and be removed. Throws where the system watches no more.
 */
export function watchFolder(
  path: string,
  changed: (fileName: string | undefined) => void,
  failed: (thrown: unknown) => void,
): WatchedFolder {
  const folder = resolve(path)
  let watcher: FSWatcher | undefined
  let isClosed = false

  /** Watches the folder, or the nearest one above it that is there. */
  const attach = (): void => {
    watcher?.close()
    let place = folder
    while ((watcher = tryWatch(place)) === undefined) place = dirname(place)
    watcher.on('error', failed)
    if (place === folder) {
      const inode = inodeOf(folder)
      watcher.on('change', (kind, fileName) => {
        // It does not say that it was removed while somebody has one of its files open.
        if (kind === 'rename' && inodeOf(folder) !== inode) retry()
        else changed(fileName === null ? undefined : String(fileName))
      })
      changed(undefined)
      return
    }
    const next = relative(place, folder).split(sep)[0]!
    watcher.on('change', (_, fileName) => {
      if (fileName === null || fileName === next || fileName === basename(place)) retry()
    })
    // Made before anybody watched for it.
    if (existsSync(join(place, next))) attach()
  }
  const retry = (): void => {
    if (isClosed) return
    try {
      attach()
    } catch (thrown) {
      failed(thrown)
    }
  }

  attach()
  return {
    close: () => {
      isClosed = true
      watcher?.close()
    },
  }
}

function inodeOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.ino
}

/** Undefined where there is no such folder. The root is always there. */
function tryWatch(folder: string): FSWatcher | undefined {
  try {
    return watch(folder)
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
    if ((code === 'ENOENT' || code === 'ENOTDIR') && folder !== dirname(folder)) return undefined
    throw thrown
  }
}
