import { plan, type RunHandle } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, type FactType, simulated, type Watched, watch } from './watching.ts'

const eventful = plan({
  name: 'eventful',
  tasks: {
    stalls: { run: byHand, stall: { after: 10, grace: 10 }, retry: { maxAttempts: 2, backoff: { base: 1 } } },
    asks: { run: byHand, onFailure: 'ask' },
    last: { run: byHand, needs: ['asks'] },
    fails: { run: byHand, retry: { maxAttempts: 2, backoff: { base: 1 } } },
    child: { run: byHand, needs: ['fails'] },
    late: { run: byHand, needs: ['last'] },
  },
})

/** Plays the dag by hand, as far as it goes; an observer does something at the first fact of a type. */
async function play(at: FactType | undefined, act: (run: RunHandle) => void): Promise<Watched> {
  const hand = desk({ accepts: (carrying) => carrying < 2 })
  const { runtime, wait, clock } = simulated({ executors: { hand } })
  const run = runtime.dispatch(eventful)
  let hasActed = false
  run.events$.subscribe((fact) => {
    if (fact.type !== at || hasActed) return
    hasActed = true
    act(run)
  })
  const watched = watch(run)
  const answer = (given: string): void => {
    if (run.why('asks').waitsFor.some(({ kind }) => kind === 'answer')) run.answer('asks', given)
  }
  const ended = new Set<string>()
  const live = (): readonly string[] =>
    hand.asked.filter((one) => one.startsWith('start ') && !ended.has(one)).map((one) => one.slice(6))
  await wait()
  for (const name of live().filter((one) => one === 'asks/1')) {
    hand.say(name, { type: 'attempt.asked', question: 'really?' })
    hand.say(name, { type: 'attempt.output', text: 'hm', stream: 'log' })
    hand.say(name, { type: 'attempt.warned', message: 'careful' })
    answer('yes')
  }
  await wait(10)
  for (const name of live()) hand.say(name, { type: 'attempt.heartbeat' })
  run.pause()
  run.resume()
  await wait(25)
  for (let round = 0; round < 12; round++) {
    for (const name of live()) {
      ended.add(`start ${name}`)
      if (hand.asked.includes(`abort ${name}`)) hand.ends(name)
      else if (/^(asks|stalls|fails)/.test(name)) hand.fails(name)
      else hand.completes(name)
      answer('ignore')
    }
    await wait(2)
  }
  expect(clock.pending).toBe(0)
  return watched
}

const plain = await play(undefined, () => undefined)
const types = [...new Set(plain.types())] as FactType[]
const isLast = /^run\.(completed|failed|killed)$/

describe('an observer that acts on a fact', () => {
  it('is tried with facts of nearly every type', () => {
    expect(types).toEqual(
      expect.arrayContaining<string>([
        'run.created',
        'run.paused',
        'task.answered',
        'task.asked',
        'task.completed',
        'task.dead-lettered',
        'task.deferred',
        'task.dispatched',
        'task.output',
        'task.retrying',
        'task.skipped',
        'task.stalled',
        'task.stopping',
        'task.unstalled',
        'task.warned',
        'run.failed',
      ]),
    )
  })

  it.each(types)('%s may kill the run: nothing starts any more, and it settles', async (type) => {
    const { run, facts, result } = await play(type, (own) => void own.kill())
    const killing = facts.findIndex((fact) => fact.type === 'run.killing')
    // The last skip comes in the step in which the run ends.
    expect(killing >= 0).toBe(!isLast.test(type) && type !== 'task.skipped')
    expect(result?.status).toBe(killing >= 0 ? 'killed' : 'failed')
    const later = facts.slice(killing + 1).map((fact) => fact.type)
    if (killing >= 0) expect(later).not.toContain('task.dispatched')
    expect(run.view().status).toBe(result?.status)
    expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1))
  })

  it.each(types)('%s may drain, pause and resume the run, and kill a task of it', async (type) => {
    const { facts, result } = await play(type, (own) => {
      own.pause()
      void own.kill('stalls')
      own.resume()
      void own.drain()
    })
    expect(result).toBeDefined()
    expect(isLast.test(facts.at(-1)!.type)).toBe(true)
    expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1))
  })
})
