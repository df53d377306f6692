import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, fails, ok, simulated, type Watched } from './watching.ts'

/** How the task settled: its status, or why it was skipped and because of which task. */
function endOf({ result }: Watched, taskId: string): string {
  const outcome = result!.outcomes[taskId]!
  return outcome.status === 'skipped' ? `${outcome.because} by ${outcome.causedBy}` : outcome.status
}

/** A dag whose tasks are played by hand. */
async function played(tasks: Parameters<ReturnType<typeof simulated>['start']>[0]) {
  const hand = desk()
  const { start, wait } = simulated({ executors: { hand } })
  return { hand, wait, watched: await start(tasks) }
}

describe('a task that is skipped because a dependency failed', () => {
  it('counts as failed, through any number of tasks', async () => {
    const { start } = simulated()
    const watched = await start({
      build: { run: fails() },
      test: { run: ok, needs: ['build'] },
      package: { run: ok, needs: ['test'], when: 'none-failed-min-one-completed' },
      deploy: { run: ok, needs: ['package'], when: 'none-failed' },
      notify: { run: ok, needs: ['test'], when: 'any-failed' },
      rollback: { run: ok, needs: ['deploy'], when: 'all-failed' },
    })
    expect(endOf(watched, 'deploy')).toBe('dependency-failed by build')
    expect(endOf(watched, 'notify')).toBe('completed')
    expect(endOf(watched, 'rollback')).toBe('completed')
  })

  it('counts so where the failure was a kill, or one that a person answered with skip', async () => {
    const { hand, wait, watched } = await played({
      killed: { run: byHand },
      asks: { run: byHand, onFailure: 'ask' },
      afterKilled: { run: byHand, needs: ['killed'] },
      afterAsks: { run: byHand, needs: ['asks'] },
      deploy: { run: byHand, needs: ['afterKilled'], when: 'none-failed' },
      publish: { run: byHand, needs: ['afterAsks'], when: 'none-failed' },
    })
    void watched.run.kill('killed')
    hand.ends('killed/1')
    hand.fails('asks/1')
    watched.run.answer('asks', 'skip')
    await wait()
    expect(endOf(watched, 'afterKilled')).toBe('dependency-failed by killed')
    expect(endOf(watched, 'deploy')).toBe('dependency-failed by killed')
    expect(endOf(watched, 'afterAsks')).toBe('dependency-failed by asks')
    expect(endOf(watched, 'publish')).toBe('dependency-failed by asks')
  })

  it('counts so where its own rule threw further up', async () => {
    const { start } = simulated()
    const watched = await start({
      build: { run: ok },
      decide: { run: ok, needs: ['build'], when: fails() },
      test: { run: ok, needs: ['decide'] },
      deploy: { run: ok, needs: ['test'], when: 'none-failed' },
    })
    expect(endOf(watched, 'deploy')).toBe('dependency-failed by decide')
  })

  it('does not come about behind a failure that is ignored', async () => {
    const { start } = simulated()
    const watched = await start({
      lint: { run: fails(), onFailure: 'ignore' },
      test: { run: ok, needs: ['lint'] },
      alarm: { run: ok, needs: ['lint'], when: 'any-failed' },
      deploy: { run: ok, needs: ['test', 'alarm'], when: 'none-failed' },
    })
    expect(endOf(watched, 'alarm')).toBe('rule-unmet by lint')
    expect(endOf(watched, 'deploy')).toBe('completed')
  })

  it('is none where its own rule is a function, which may look at the failure itself', async () => {
    const { start } = simulated()
    const watched = await start({
      build: { run: fails() },
      test: { run: ok, needs: ['build'], when: ({ build }) => build?.status === 'completed' },
      deploy: { run: ok, needs: ['test'], when: 'none-failed' },
    })
    expect(endOf(watched, 'test')).toBe('rule-unmet by build')
    expect(endOf(watched, 'deploy')).toBe('completed')
  })
})

describe('a task whose rule is made impossible', () => {
  const both = {
    root: { run: ok },
    idle: { run: ok, needs: ['root'], when: 'any-failed' },
    bad: { run: byHand },
  } as const

  it('by a skip alone waits for its other dependencies, whose failure blocks it', async () => {
    const { hand, wait, watched } = await played({ ...both, last: { run: ok, needs: ['idle', 'bad'] } })
    expect(watched.statuses()).toMatchObject({ idle: 'skipped', last: 'pending' })
    expect(watched.run.why('last')).toMatchObject({
      waitsFor: [{ kind: 'dependencies', taskIds: ['bad'], isHopeless: true }],
      sentence:
        'last is pending and waits for bad (rule all-completed), to be skipped then, since the rule can no longer be met.',
    })
    hand.fails('bad/1')
    await wait()
    expect(endOf(watched, 'last')).toBe('dependency-failed by bad')
  })

  it('by a skip alone is skipped for that where the others complete', async () => {
    const { hand, wait, watched } = await played({ ...both, last: { run: ok, needs: ['idle', 'bad'] } })
    hand.completes('bad/1')
    await wait()
    expect(endOf(watched, 'last')).toBe('rule-unmet by root')
  })

  it('by a failure is blocked at once, whatever else is still open', async () => {
    const { hand, watched } = await played({
      bad: { run: byHand },
      slow: { run: byHand },
      last: { run: ok, needs: ['slow', 'bad'] },
      after: { run: ok, needs: ['last'], when: 'none-failed' },
    })
    hand.fails('bad/1')
    expect(watched.statuses()).toMatchObject({ slow: 'running', last: 'skipped', after: 'skipped' })
  })

  it('by a completion is skipped at once, and is not blocked', async () => {
    const { hand, wait, watched } = await played({
      good: { run: byHand },
      slow: { run: byHand },
      last: { run: ok, needs: ['slow', 'good'], when: 'all-failed' },
    })
    hand.completes('good/1')
    expect(watched.statuses()).toMatchObject({ slow: 'running', last: 'skipped' })
    hand.fails('slow/1')
    await wait()
    expect(endOf(watched, 'last')).toBe('rule-unmet by good')
  })
})

describe('a redrive', () => {
  it('opens all that was blocked, however far behind the failure', async () => {
    const { start, wait } = simulated()
    let isBroken = true
    const build = () => {
      if (isBroken) throw new Error('no disk')
      return 'built'
    }
    const watched = await start({
      build: { run: build },
      test: { run: ok, needs: ['build'] },
      deploy: { run: ok, needs: ['test'], when: 'none-failed' },
      notify: { run: ok, needs: ['test'], when: 'any-failed' },
    })
    expect(endOf(watched, 'deploy')).toBe('dependency-failed by build')
    isBroken = false
    void watched.run.redrive('build')
    await wait()
    expect(watched.statuses()).toEqual({
      build: 'completed',
      test: 'completed',
      deploy: 'completed',
      notify: 'completed',
    })
    expect(watched.all('task.started', 'notify')).toHaveLength(1)
  })

  it('leaves blocked what another failure stands in the way of', async () => {
    const { start, wait } = simulated()
    let isBroken = true
    const build = () => {
      if (isBroken) throw new Error('no disk')
      return 'built'
    }
    const watched = await start({
      build: { run: build },
      sign: { run: fails() },
      test: { run: ok, needs: ['build'] },
      signed: { run: ok, needs: ['sign'] },
      deploy: { run: ok, needs: ['test', 'signed'], when: 'none-failed' },
    })
    isBroken = false
    void watched.run.redrive('build')
    await wait()
    expect(watched.statuses()).toMatchObject({ test: 'completed', signed: 'skipped', deploy: 'skipped' })
    expect(watched.all('task.redriven').map(({ taskId }) => taskId)).toEqual(['build', 'test'])
  })

  it('after which the failure is gone leaves nothing blocked by it, also what cannot run for another reason', async () => {
    const { hand, wait, watched } = await played({
      root: { run: ok },
      idle: { run: ok, needs: ['root'], when: 'any-failed' },
      bad: { run: byHand },
      last: { run: ok, needs: ['idle', 'bad'] },
      after: { run: ok, needs: ['last'], when: 'none-failed' },
    })
    hand.fails('bad/1')
    await wait()
    expect(endOf(watched, 'last')).toBe('dependency-failed by bad')
    expect(endOf(watched, 'after')).toBe('dependency-failed by bad')
    void watched.run.redrive('bad')
    await wait()
    hand.completes('bad/2')
    await wait()
    expect(endOf(watched, 'last')).toBe('rule-unmet by root')
    expect(endOf(watched, 'after')).toBe('completed')
  })
})
