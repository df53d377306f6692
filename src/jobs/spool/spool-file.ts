import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Home } from '../home.ts'
import type { JobSpec } from '../spec.ts'
import type { Variables } from './job-environment.ts'

/** A job as it lies in the spool until the supervisor takes it. The environment lies beside it. */
export interface Spooled {
  readonly spec: JobSpec
  readonly environment: Variables
}

export const specFile = ({ spool }: Pick<Home, 'spool'>, id: string): string => join(spool, `${id}.json`)
export const environmentFile = ({ spool }: Pick<Home, 'spool'>, id: string): string =>
  join(spool, `${id}.env`)

/** Puts a job into the spool: whole and safe on disk, or not at all. */
export function spool(home: Pick<Home, 'spool'>, { spec, environment }: Spooled): void {
  writeSafely(environmentFile(home, spec.id), JSON.stringify(environment))
  // The last thing to appear: what has no such file is not there.
  try {
    writeSafely(specFile(home, spec.id), JSON.stringify(spec))
  } catch (thrown) {
    unlinkSync(environmentFile(home, spec.id))
    throw thrown
  }
  const folder = openSync(home.spool, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Replaces a file by a new one that only the user may read. A reader never sees half of it. */
export function writeSafely(path: string, text: string, { sync = true } = {}): void {
  const temporary = join(dirname(path), `.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`)
  const file = openSync(temporary, 'wx', 0o600)
  try {
    let rest = Buffer.from(text)
    while (rest.length > 0) rest = rest.subarray(writeSync(file, rest))
    if (sync) fsyncSync(file)
    closeSync(file)
    renameSync(temporary, path)
  } catch (thrown) {
    try {
      closeSync(file)
    } catch {
      // It is closed already.
    }
    unlinkSync(temporary)
    throw thrown
  }
}
