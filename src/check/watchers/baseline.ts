import type { RunResult } from '../../events/run-result.ts'
import type { Plan } from '../../graph/plan.ts'
import { listed } from '../../text/listed.ts'
import { nothingHappens } from '../variants/variant.ts'
import { type FindingDraft, noTroubles, type Watcher } from './watcher.ts'

/** Does the run complete when nothing goes wrong? */
export function baselineWatcher({ timeoutMs }: Plan): Watcher {
  const drafts: FindingDraft[] = []
  return {
    troublesIn: () => noTroubles,
    see: ({ variant, result }) => {
      const isBaseline = variant === nothingHappens
      if (!isBaseline || result === undefined || result.status === 'completed') return
      const roots = result.rootCauses.map(({ taskId }) => taskId)
      const what = result.failure?.message ?? result.rootCauses[0]?.failure.message ?? ''
      drafts.push({
        code: 'FAILS_WITHOUT_FAULT',
        severity: 'error',
        sentence: `The run fails although nothing goes wrong${roots.length === 0 ? '' : `, because of ${listed(roots)}`}: ${what}`,
        hint: isAboutAgents(result)
          ? 'Compare what the tasks require with what the agents can do and may spend.'
          : `Compare the limits of time with how long the tasks take: estimates${timeoutMs < Infinity ? ', timeouts and the timeout of the run' : ' and timeouts'}, and the durations given to the check.`,
        taskIds: roots,
        variant: nothingHappens,
      })
    },
    drafts: () => drafts,
  }
}

const ofAgents: ReadonlySet<string> = new Set([
  'NO_AGENT',
  'QUOTA_EXCEEDED',
  'ROUTER_FAILED',
  'ALLOWANCE_EXCEEDED',
])

function isAboutAgents({ failure, rootCauses }: RunResult): boolean {
  return failure === undefined && rootCauses.some((cause) => ofAgents.has(cause.failure.code))
}
