import type { ExploredRun } from '../explore/explored-run.ts'
import type { DagFinding } from '../report/report.ts'
import type { Variant } from '../variants/variant.ts'

/** A finding whose variant is still to be made as small as possible. */
export interface FindingDraft extends Pick<DagFinding, 'code' | 'severity' | 'hint' | 'taskIds'> {
  readonly sentence: string | ((variant: Variant) => string)
  /** A variant that causes it; none where no single run shows it. */
  readonly variant?: Variant
  /** The name that `troublesIn` gives it. The variant may shrink as long as that name is still there. */
  readonly trouble?: string
}

/** Looks at every explored run for one kind of trouble. */
export interface Watcher {
  /**
   * Names of what is wrong with the run; the same trouble always has the same name. Changes nothing. Random variants
   * are searched for new names.
   */
  troublesIn(run: ExploredRun): readonly string[]
  /** Notes a run. Smaller variants come first. */
  see(run: ExploredRun): void
  /** The findings after all runs. */
  drafts(): readonly FindingDraft[]
}

export const noTroubles: readonly string[] = []

/** Calls `judge` only once for each run, although its judgement is needed twice. */
export function onceEach<Judgement>(judge: (run: ExploredRun) => Judgement): (run: ExploredRun) => Judgement {
  let latest: { readonly run: ExploredRun; readonly judgement: Judgement } | undefined
  return (run) => {
    if (latest?.run !== run) latest = { run, judgement: judge(run) }
    return latest.judgement
  }
}
