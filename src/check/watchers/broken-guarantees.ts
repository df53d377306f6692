import type { Plan } from '../../graph/plan.ts'
import { type Breach, checkInvariants } from '../../testing/invariants/check-invariants.ts'
import type { ExploredDag } from '../explore/explored-run.ts'
import { type Variant, variantPhrase } from '../variants/variant.ts'
import { type FindingDraft, onceEach, type Watcher } from './watcher.ts'

/** Checks every run against dagmar's own guarantees. Whether it settles is left to the watcher of settlement. */
export function guaranteesWatcher(plan: Plan, { concurrency, pools }: ExploredDag): Watcher {
  const broken = new Map<number, { readonly variant: Variant; readonly breach: Breach }>()
  const breachesIn = onceEach(({ facts }): readonly Breach[] =>
    checkInvariants(facts, plan, {
      concurrency: concurrency ?? plan.concurrency ?? runtimeConcurrency,
      pools,
    }),
  )
  return {
    troublesIn: (run) => breachesIn(run).map(({ guarantee }) => `guarantee ${guarantee}`),
    see: (run) => {
      for (const breach of breachesIn(run)) {
        if (!broken.has(breach.guarantee)) broken.set(breach.guarantee, { variant: run.variant, breach })
      }
    },
    drafts: () =>
      [...broken].map(
        ([guarantee, { variant, breach }]): FindingDraft => ({
          code: 'GUARANTEE_BROKEN',
          severity: 'error',
          sentence: (shrunk) =>
            `dagmar broke its guarantee ${guarantee} ('${breach.words}') when ${variantPhrase(shrunk)}: ${breach.message}.`,
          hint: 'This is not the fault of the dag but of dagmar: please report it with the story.',
          taskIds: breach.taskId === undefined ? [] : [breach.taskId],
          variant,
          trouble: `guarantee ${guarantee}`,
        }),
      ),
  }
}

/** What a runtime has unless it is told otherwise. */
const runtimeConcurrency = 4
