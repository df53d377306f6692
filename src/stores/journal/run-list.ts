import { readdirSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { RunSummary } from '../../events/run-summary.ts'
import { summarise } from './read-run.ts'
import { agentsJournal } from '../../events/agent-facts.ts'
import { baseInFolder, fileNameOf, partAt, partsOf } from './run-files.ts'

const ofAgents = basename(partAt(fileNameOf(agentsJournal), 1))

interface Noted {
  readonly mark: string
  readonly summary: RunSummary | undefined
}

/** The runs of a folder. What has not changed since it was looked at is not read again. */
export class RunList {
  readonly #folder: string
  readonly #noted = new Map<string, Noted>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The latest created first. */
  async all(): Promise<readonly RunSummary[]> {
    const names = readdirSync(this.#folder)
    const bases = names.flatMap((name) => (name === ofAgents ? [] : (baseInFolder(this.#folder, name) ?? [])))
    const summaries: RunSummary[] = []
    for (const base of bases) {
      const summary = await this.#summaryOf(base)
      if (summary !== undefined) summaries.push(summary)
    }
    const known = new Set(bases)
    for (const base of this.#noted.keys()) if (!known.has(base)) this.#noted.delete(base)
    return summaries.toSorted((a, b) => b.createdAt - a.createdAt)
  }

  async #summaryOf(base: string): Promise<RunSummary | undefined> {
    try {
      const mark = partsOf(base)
        .map((part) => statSync(part))
        .map(({ size, mtimeMs, ino }) => `${ino} ${size} ${mtimeMs}`)
        .join()
      const noted = this.#noted.get(base)
      if (noted?.mark === mark) return noted.summary
      const summary = await summarise(base)
      this.#noted.set(base, { mark, summary })
      return summary
    } catch {
      // It was dropped meanwhile.
      return undefined
    }
  }
}
