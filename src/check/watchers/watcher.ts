import type { ExploredRun } from '../explore/explored-run.ts'
import type { DagFinding } from '../report/report.ts'
import type { Variant } from '../variants/variant.ts'

/** A finding before its variant is made as small as can be, and told. */
export interface FindingDraft extends Pick<DagFinding, 'code' | 'severity' | 'hint' | 'taskIds'> {
  readonly sentence: string | ((variant: Variant) => string)
  /** A variant that brings it about; none where no single run shows it. */
  readonly variant?: Variant
  /** What `troublesIn` says of every run that shows it: the variant may shrink as long as it does. */
  readonly trouble?: string
}

/** Looks at every explored run for one kind of trouble. */
export interface Watcher {
  /**
   * What is wrong with the run, each under a name that is the same for the same trouble. Changes nothing.
   * Random variants go after names that are new.
   */
  troublesIn(run: ExploredRun): readonly string[]
  /** Takes note of the run. Smaller variants come first. */
  see(run: ExploredRun): void
  /** What there is to say after all runs. */
  drafts(): readonly FindingDraft[]
}

export const noTroubles: readonly string[] = []

/** Judges a run once, though it is asked of it for its troubles and for the notes. */
export function onceEach<Judgement>(judge: (run: ExploredRun) => Judgement): (run: ExploredRun) => Judgement {
  let latest: { readonly run: ExploredRun; readonly judgement: Judgement } | undefined
  return (run) => {
    if (latest?.run !== run) latest = { run, judgement: judge(run) }
    return latest.judgement
  }
}
