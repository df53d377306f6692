import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from '../home.ts'
import { isJobId } from '../job-id.ts'
import { specFile } from '../spool/spool-file.ts'

/** Nobody takes so long from making a job's folder to dispatching it. */
const dispatchMs = 3_600_000

/** Removes the folders of jobs that were never dispatched, or were removed by one that died over it. */
export function sweepFolders(home: Home, isKnown: (id: string) => boolean, now: number): void {
  for (const id of readdirSync(home.jobs)) {
    if (!isJobId(id) || isKnown(id) || existsSync(specFile(home, id))) continue
    const folder = join(home.jobs, id)
    // Whoever dispatches makes the folder first.
    if (now - statSync(folder).mtimeMs > dispatchMs) rmSync(folder, { recursive: true, force: true })
  }
}
