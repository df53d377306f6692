import type { AgentFact } from '../../../events/agent-facts.ts'
import { isRunFact, type RunFact } from '../../../events/facts.ts'
import { plan } from '../../../graph/make-plan.ts'
import { createRuntime } from '../../../runtime/create-runtime.ts'
import { SimulatedClock } from '../../../time/simulated-clock.ts'

export interface ToldRunOptions {
  readonly name?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly idempotencyKey?: string
  /** When it is created, epoch ms. */
  readonly at?: number
  /** How it ends, if it does. @default 'completed' */
  readonly ends?: 'completed' | 'failed' | 'killed' | 'not'
}

/** Values that a journal has to give back as they were told: all that JSON can hold. */
const telling = {
  nested: [{ deep: [[], {}, null] }, 'text'],
  numbers: [0, -1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER],
  texts: ['', 'two\nlines\ttab', '"quoted" \\ \'', 'Zürich 東京 🚀', '\u0000\u001f\u2028', '\ud800'],
  '': 'no name',
  'a.b [c]': true,
}

/** The facts of a run with that id, told by a runtime: in order, from the first one on. */
export async function toldRun(runId: string, options: ToldRunOptions = {}): Promise<readonly RunFact[]> {
  const { name = 'told', labels = {}, at = 1_000, ends = 'completed', ...key } = options
  const clock = new SimulatedClock(at)
  const facts: RunFact[] = []
  const runtime = createRuntime({ clock })
  const dag = plan({
    name,
    tasks: {
      first: { run: () => telling },
      second: {
        needs: ['first'],
        retry: { maxAttempts: 2, backoff: { base: 10 } },
        run: ({ attempt }: { readonly attempt: number }) => {
          if (ends === 'failed' || attempt === 1) throw new Error('it broke')
          return 2
        },
      },
      third: {
        needs: ['first'],
        run: ({ signal }: { readonly signal: AbortSignal }) =>
          ends === 'completed' || ends === 'failed'
            ? 3
            : new Promise((_resolve, reject) => {
                signal.addEventListener('abort', () => reject(new Error('ended')))
              }),
      },
    },
  })
  const run = runtime.dispatch(dag, { id: runId, labels, input: telling, ...key })
  run.events$.subscribe((fact) => {
    if (isRunFact(fact)) facts.push(fact)
  })
  await clock.advanceAsync(100)
  const told = ends === 'killed' ? facts : [...facts]
  await runtime.shutdown({ mode: 'kill' })
  return told
}

/** The first fact of a run, and warnings behind it, up to the `seq` given: a journal of any length. */
export async function toldAtLength(runId: string, length: number): Promise<readonly RunFact[]> {
  const [created] = await toldRun(runId)
  const facts: RunFact[] = [created!]
  for (let seq = 2; seq <= length; seq++) {
    const message = `warning ${seq}`
    facts.push({ seq, at: 1_000 + seq, runId, type: 'task.warned', taskId: 'first', attempt: 1, message })
  }
  return facts
}

/** Facts about agents. Stores keep them as they keep others. */
export function factsOfAgents(count: number): readonly RunFact[] {
  const facts = Array.from({ length: count }, (_, index): AgentFact => {
    const known = { seq: index + 1, at: 1_000 + index, agentId: 'ada' }
    return index === 0
      ? { ...known, type: 'agent.registered', capabilities: ['write'], maxLoad: 1 }
      : { ...known, type: 'agent.busy', load: index }
  })
  return facts as unknown as readonly RunFact[]
}
