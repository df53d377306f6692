import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What was done to a file since it was last synced. */
type Change = { readonly at: number; readonly bytes: Buffer } | { readonly length: number }

export interface Inode {
  readonly isFolder: boolean
  safe: Buffer
  length: number
  unsynced: Change[]
  /** Of a folder: what happened to its names since it was last synced. */
  renamed: { readonly name: string; readonly inode: Inode | undefined }[]
  safeNames: Map<string, Inode>
  names: Map<string, Inode>
}

function inode(isFolder: boolean): Inode {
  const safe = Buffer.alloc(0)
  return { isFolder, safe, length: 0, unsynced: [], renamed: [], safeNames: new Map(), names: new Map() }
}

/**
 * A disk that may lose whatever was not synced when the power goes: any of the writes to a file, in any order, and the
 * latest changes of a folder. Paths are relative to it.
 */
export class LossyDisk {
  readonly #top = inode(true)

  #at(path: string): Inode | undefined {
    if (path === '.' || path === '') return this.#top
    return this.#at(dirname(path))?.names.get(path.slice(path.lastIndexOf('/') + 1))
  }

  #name(path: string, named: Inode | undefined): void {
    const folder = this.#at(dirname(path))!
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (named === undefined) folder.names.delete(name)
    else folder.names.set(name, named)
    folder.renamed.push({ name, inode: named })
  }

  open(path: string, creates: boolean): Inode | undefined {
    if (creates && this.#at(path) === undefined) this.#name(path, inode(false))
    return this.#at(path)
  }

  makeFolder(path: string): void {
    if (this.#at(path) === undefined) this.#name(path, inode(true))
  }

  link(from: string, to: string): void {
    this.#name(to, this.#at(from))
  }

  unlink(path: string): void {
    this.#name(path, undefined)
  }

  write(file: Inode, bytes: Buffer, at = file.length): void {
    file.length = Math.max(file.length, at + bytes.length)
    file.unsynced.push({ at, bytes })
  }

  cut(file: Inode, length: number): void {
    file.length = length
    file.unsynced.push({ length })
  }

  /** Begins a sync; what comes back ends it. What is done in between may be lost. */
  sync(file: Inode): () => void {
    const { unsynced, renamed } = file
    const [changes, names] = [unsynced.length, renamed.length]
    return () => {
      file.safe = changed(file.safe, unsynced.splice(0, changes))
      for (const each of renamed.splice(0, names)) rename(file.safeNames, each)
    }
  }

  /**
   * Writes what is left when the power goes into a folder. `keeps` decides about each change that was not synced; files may
   * have the length of what they have lost.
   */
  leaveIn(path: string, keeps: () => boolean, areZeros = false): void {
    leave(this.#top, path, keeps, areZeros)
  }
}

function leave(left: Inode, path: string, keeps: () => boolean, areZeros: boolean): void {
  if (!left.isFolder) {
    const content = changed(left.safe, left.unsynced.filter(keeps))
    const lost = areZeros ? Math.max(0, left.length - content.length) : 0
    writeFileSync(path, lost === 0 ? content : Buffer.concat([content, Buffer.alloc(lost)]))
    return
  }
  mkdirSync(path)
  const names = new Map(left.safeNames)
  // File systems keep the order of what is done to names.
  for (const each of left.renamed) {
    if (!areZeros && !keeps()) break
    rename(names, each)
  }
  for (const [name, inner] of names) leave(inner, join(path, name), keeps, areZeros)
}

function rename(names: Map<string, Inode>, { name, inode: named }: Inode['renamed'][number]): void {
  if (named === undefined) names.delete(name)
  else names.set(name, named)
}

function changed(content: Buffer, changes: readonly Change[]): Buffer {
  let { length } = content
  for (const change of changes)
    length = 'length' in change ? change.length : Math.max(length, change.at + change.bytes.length)
  const most = changes.map((change) => ('length' in change ? 0 : change.at + change.bytes.length))
  const whole = Buffer.alloc(Math.max(content.length, length, ...most))
  content.copy(whole)
  for (const change of changes) {
    if ('length' in change) whole.fill(0, change.length)
    else change.bytes.copy(whole, change.at)
  }
  return whole.subarray(0, length)
}
