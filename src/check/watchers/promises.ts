import { thrownText } from '../../errors/foreign-value.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { trace } from '../../testing/facts/trace.ts'
import type { ExploredRun } from '../explore/explored-run.ts'
import type { DagPromise } from '../options.ts'
import { type Variant, variantPhrase } from '../variants/variant.ts'
import { type FindingDraft, noTroubles, onceEach, type Watcher } from './watcher.ts'

interface Broken {
  readonly variant: Variant
  readonly reason: string
  runs: number
}

/** Checks every run that settles against the user's promises. */
export function promisesWatcher(promises: ReadonlyMap<string, DagPromise>): Watcher {
  const broken = new Map<string, Broken>()
  let judged = 0
  const breaches = onceEach((run) =>
    run.result === undefined
      ? []
      : [...promises].flatMap(([name, promise]) => {
          const reason = reasonAgainst(name, promise, run)
          return reason === undefined ? [] : [[name, reason] as const]
        }),
  )
  return {
    troublesIn: (run) =>
      promises.size === 0 ? noTroubles : breaches(run).map(([name]) => `promise ${name}`),
    see: (run) => {
      if (promises.size === 0) return
      if (run.result !== undefined) judged++
      for (const [name, reason] of breaches(run)) {
        const known = broken.get(name)
        if (known === undefined) broken.set(name, { variant: run.variant, reason, runs: 1 })
        else known.runs++
      }
    },
    drafts: () =>
      [...broken].map(
        ([name, { variant, reason, runs }]): FindingDraft => ({
          code: 'PROMISE_BROKEN',
          severity: 'error',
          sentence: (shrunk) =>
            `The promise '${name}' is broken when ${variantPhrase(shrunk)}${reason === '' ? '' : `: ${reason}`} (in ${runs} of ${judged} runs).`,
          hint: 'The story below is the smallest one that was found. Change the dag, or the promise.',
          taskIds: [],
          variant,
          trouble: `promise ${name}`,
        }),
      ),
  }
}

/** Undefined where the promise is kept. The empty text where it is broken without a reason. */
function reasonAgainst(name: string, promise: DagPromise, run: ExploredRun): string | undefined {
  let answer: unknown
  try {
    answer = promise(run.result!, {
      facts: run.facts,
      get trace() {
        return trace(run.facts)
      },
    })
  } catch (thrown) {
    return thrownText(thrown).split('\n', 1)[0] ?? ''
  }
  if (typeof answer === 'object' && answer !== null && 'then' in answer) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `The promise '${name}' answers by a promise of JavaScript's, which nobody would wait for.`,
      hint: 'Let the function answer at once: true, false, a text, or a throw.',
      facts: { promise: name },
    })
  }
  if (answer === false) return ''
  return typeof answer === 'string' ? answer : undefined
}
