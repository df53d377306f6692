import {
  createRuntime,
  type HandlerContext,
  memoryStore,
  plan,
  type RunFact,
  SimulatedClock,
  TerminalError,
} from 'dagmar'
import { checkInvariants } from 'dagmar/testing'
import { describe, expect, it } from 'vitest'
import { recover, storeWith } from './recovered.ts'

/** Retries, an ignored failure, an early rule, a rule that waits for all, a handler that takes its time. */
function eventful(clock: SimulatedClock, ran: string[]) {
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      clock.setTimeout(() => resolve(), ms)
    })
  const work =
    (ms: number, how?: () => void) =>
    async ({ taskId, attempt }: HandlerContext) => {
      ran.push(`${taskId}/${attempt}`)
      await wait(ms)
      how?.()
      return taskId
    }
  const breaks = (): never => {
    throw new Error('no')
  }
  const ends = (): never => {
    throw new TerminalError('x')
  }
  return plan({
    name: 'eventful',
    concurrency: 3,
    tasks: {
      a: { run: work(10) },
      b: { run: work(20), needs: ['a'] },
      f: { run: work(5, breaks), retry: { maxAttempts: 3, backoff: { base: 30, factor: 1 } } },
      afterF: { run: work(5), needs: ['f'] },
      t: { run: work(5, ends), onFailure: 'ignore' },
      afterT: { run: work(50), needs: ['t'], timeout: 1_000 },
      any: { run: work(5), needs: ['b', 'f'], when: 'any-completed' },
      last: { run: work(5), needs: ['b', 'any', 'afterT'], when: 'all-settled' },
    },
  })
}

const clock = new SimulatedClock()
const store = memoryStore()
const uncut = createRuntime({ clock, store }).dispatch(eventful(clock, []), { id: 'run' })
await clock.advanceAsync(5_000)
const wanted = await uncut.result
const whole = await store.read('run')
const outcomes = (result: typeof wanted | undefined) =>
  Object.entries(result?.outcomes ?? {}).map(([id, outcome]) => `${id} ${outcome.status}`)

describe('a run whose coordinator dies', () => {
  it.each(whole.slice(0, -1).map(({ seq, type, taskId }) => [seq, type, taskId ?? 'the run'] as const))(
    'after fact %i, %s of %s, ends as it would have',
    async (cut) => {
      const before = whole.slice(0, cut)
      const later = storeWith(before)
      const own = new SimulatedClock(before.at(-1)!.at)
      const ran: string[] = []
      const dag = eventful(own, ran)
      const run = recover(later, before, dag, { clock: own })
      const told: RunFact[] = []
      run.events().subscribe((fact) => {
        if ('seq' in fact) told.push(fact)
      })
      await own.advanceAsync(10_000)
      const result = run.view().status === wanted.status ? await run.result : undefined
      expect(result?.status).toBe(wanted.status)
      expect(outcomes(result)).toEqual(outcomes(wanted))
      const facts = await later.read('run')
      expect(facts).toEqual(told)
      expect(facts.slice(0, cut)).toEqual(before)
      expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1))
      expect(facts[cut]?.type).toBe('run.recovered')
      const completed = before.flatMap((fact) => (fact.type === 'task.completed' ? [fact.taskId] : []))
      expect(ran.filter((one) => completed.includes(one.split('/')[0]!))).toEqual([])
      expect(
        checkInvariants(facts, dag, { ended: true }).map(({ message, story }) => `${message}\n${story}`),
      ).toEqual([])
      expect(own.pending).toBe(0)
    },
  )
})
