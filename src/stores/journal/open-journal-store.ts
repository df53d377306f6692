import { resolve } from 'node:path'
import { badValue, readGiven, readOneOf } from '../../graph/read-values.ts'
import type { Store } from '../../ports/store.ts'
import type { Disk } from '../durable/disk.ts'
import { type Keep, readKeep } from '../durable/keep.ts'
import { JournalStore } from './journal-store.ts'

export interface JournalOptions {
  /**
   * What has been appended outlives any death of the process. With `full` it outlives a loss of power, too, which costs
   * one sync of the disk for each run in an append; with `normal` the last appends before such a loss may be gone.
   * @default 'full'
   */
  readonly durability?: 'full' | 'normal'
  /** Which settled runs stay. Others are dropped. @default all */
  readonly keep?: Keep
}

const readers = {
  durability: (value: unknown, path: string) => readOneOf(value, path, ['full', 'normal']),
  keep: readKeep,
}

/** As `journal`, on the given disk. */
export function openJournalStore(path: string, options: JournalOptions, disk: Disk): Store {
  const { durability = 'full', keep } = readGiven(options, readers, "journal's options object", '')
  const given: unknown = path
  if (typeof given !== 'string' || given === '')
    throw badValue("journal's path", given, 'the path of a folder')
  return new JournalStore({ folder: resolve(given), durability, keep, disk })
}
