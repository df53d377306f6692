import {
  createRuntime,
  memoryStore,
  type Plan,
  plan,
  type RunFact,
  type RunHandle,
  SimulatedClock,
} from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { recover, storeWith } from './recovered.ts'
import { byHand, type Watched, watch } from './watching.ts'

async function untilCrash(dag: Plan, play: (run: RunHandle) => void = () => {}): Promise<readonly RunFact[]> {
  const clock = new SimulatedClock(1_000)
  const store = memoryStore()
  const hand = desk()
  const run = createRuntime({ clock, store, executors: { hand } }).dispatch(dag, { id: 'run' })
  await clock.advanceAsync(0)
  if (hand.started.includes('bad')) hand.fails('bad/1')
  play(run)
  await clock.advanceAsync(0)
  return store.read('run')
}

async function afterCrash(
  dag: Plan,
  facts: readonly RunFact[],
  laterMs: number,
): Promise<{
  readonly watched: Watched
  readonly clock: SimulatedClock
  readonly hand: ReturnType<typeof desk>
}> {
  const hand = desk()
  const clock = new SimulatedClock(facts.at(-1)!.at + laterMs)
  const watched = watch(recover(storeWith(facts), facts, dag, { clock, executors: { hand } }))
  await clock.advanceAsync(0)
  return { watched, clock, hand }
}

const asking = plan({
  name: 'asking',
  tasks: { deploy: { run: byHand, confirm: 'Deploy?', answerWithin: 100 } },
})
const failing = plan({
  name: 'failing',
  tasks: { bad: { run: byHand, onFailure: 'ask', answerWithin: 100, defaultAnswer: 'ignore' } },
})

describe('a question that was open when the coordinator of its run died', () => {
  it('whether a task may start is asked again, with the instant that was told, and answered as ever', async () => {
    const facts = await untilCrash(asking)
    const { watched, clock, hand } = await afterCrash(asking, facts, 40)
    expect(watched.all('task.asked')).toMatchObject([{ of: 'confirm', until: 1_100, defaultAnswer: 'no' }])
    expect(watched.statuses()).toEqual({ deploy: 'dispatched' })
    watched.run.answer('deploy', 'yes')
    await clock.advanceAsync(200)
    expect(hand.started).toEqual(['deploy'])
  })

  it('waits no longer than it would have', async () => {
    const { watched, clock } = await afterCrash(asking, await untilCrash(asking), 40)
    await clock.advanceAsync(59)
    expect(watched.statuses()).toEqual({ deploy: 'dispatched' })
    await clock.advanceAsync(1)
    expect(watched.result?.outcomes).toEqual({ deploy: { status: 'skipped', because: 'answered' } })
  })

  it('whose time is over by then is answered at once', async () => {
    const later = await afterCrash(asking, await untilCrash(asking), 5_000)
    expect(later.watched.all('task.answered')).toMatchObject([{ answer: 'no', expired: true }])
    const failed = await afterCrash(failing, await untilCrash(failing), 5_000)
    expect(failed.watched.result?.outcomes['bad']).toMatchObject({ status: 'failed', ignored: true })
  })

  it('about a failure keeps its instant, too', async () => {
    const { watched, clock } = await afterCrash(failing, await untilCrash(failing), 40)
    expect(watched.all('task.asked')).toMatchObject([
      { of: 'failure', until: 1_100, defaultAnswer: 'ignore' },
    ])
    await clock.advanceAsync(60)
    expect(watched.result?.status).toBe('completed')
  })

  it.each(['yes', 'no'] as const)('and had been answered %s is not asked again', async (answer) => {
    const whole = await untilCrash(asking, (run) => run.answer('deploy', answer))
    // The journal ends with the answer, or with what followed it.
    const answered = whole.findIndex(({ type }) => type === 'task.answered') + 1
    for (const facts of [whole.slice(0, answered), whole.slice(0, answered + 1)]) {
      const { watched, hand } = await afterCrash(asking, facts, 0)
      expect(watched.all('task.asked')).toEqual([])
      expect(hand.started).toEqual(answer === 'yes' ? ['deploy'] : [])
      if (answer === 'no') expect(watched.result?.outcomes['deploy']).toMatchObject({ because: 'answered' })
    }
  })

  it.each([1, 2])('is skipped where the run was being killed (%i facts later)', async (more) => {
    const whole = await untilCrash(asking, (run) => void run.kill())
    const killing = whole.findIndex(({ type }) => type === 'run.killing')
    const { watched } = await afterCrash(asking, whole.slice(0, killing + more), 500)
    expect(watched.all('task.asked')).toEqual([])
    expect(watched.run.view().tasks.get('deploy')?.outcome).toEqual({
      status: 'skipped',
      because: 'run-killed',
    })
  })

  it('is asked anew, with all its time, where the plan has become another one', async () => {
    const changed = plan({
      name: 'asking',
      tasks: {
        build: { run: byHand },
        deploy: { run: byHand, needs: ['build'], confirm: 'Deploy it?', answerWithin: 100 },
      },
    })
    const store = storeWith(await untilCrash(asking))
    const clock = new SimulatedClock(1_050)
    const hand = desk()
    const runtime = createRuntime({ clock, store, executors: { hand } })
    const run = await runtime.recover('run', { dag: changed, acceptChanges: true })
    const watched = watch(run)
    await clock.advanceAsync(0)
    expect(watched.statuses()).toMatchObject({ build: 'running', deploy: 'pending' })
    hand.completes('build/1')
    expect(watched.all('task.asked')).toMatchObject([{ question: 'Deploy it?', until: 1_150 }])
  })
})
