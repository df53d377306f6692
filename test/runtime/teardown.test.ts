import { createRuntime, dag, plan, type TaskDefinition } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { storeThat } from './stores.ts'
import { byHand, simulated } from './watching.ts'

const trio: Readonly<Record<string, TaskDefinition>> = {
  up: { run: byHand },
  work: { run: byHand, needs: ['up'] },
  down: { run: byHand, needs: ['up', 'work'], teardown: true },
}

async function started(tasks: Readonly<Record<string, TaskDefinition>> = trio, concurrency = 4) {
  const hand = desk()
  const tried = simulated({ executors: { hand }, concurrency })
  const watched = await tried.start(tasks)
  return { hand, watched, ...tried }
}

/** The three ways in which a run is ended early, and what its result says then. */
const endings = {
  kill: ({ watched }) => void watched.run.kill(),
  drain: ({ watched }) => void watched.run.drain(),
  abort: ({ hand }) => hand.fails('bad/1'),
} satisfies Record<string, (scene: Awaited<ReturnType<typeof started>>) => void>

const withBad = { bad: { run: byHand, onFailure: 'abort' }, ...trio } as const

describe('a teardown', () => {
  it('waits for all that it needs, however that settles, and is a task like any other', async () => {
    const { hand, watched, wait } = await started()
    hand.fails('up/1')
    await wait()
    expect(hand.started).toEqual(['up', 'down'])
    hand.completes('down/1')
    await wait()
    expect(watched.result).toMatchObject({
      status: 'failed',
      counts: { completed: 1, failed: 1, skipped: 1 },
    })
  })

  it('has a timeout of a minute and the rule all-settled, unless it says something else', () => {
    const planned = plan({
      name: 'defaults',
      tasks: [
        ['a', { run: () => 1 }],
        ['plain', { run: () => 1, needs: ['a'], teardown: true }],
        ['own', { run: () => 1, needs: ['a'], teardown: true, timeout: '5m', when: 'any-failed' }],
      ],
    })
    const [, plain, own] = planned.tasks
    expect([plain!.rule, plain!.policy.timeoutMs]).toEqual(['all-settled', 60_000])
    expect([own!.rule, own!.policy.timeoutMs]).toEqual(['any-failed', 300_000])
    expect(planned.structure.map(({ teardown }) => teardown)).toEqual([undefined, true, true])
  })

  it('is refused without dependencies', () => {
    expect(() => plan({ name: 'lone', tasks: { a: { run: () => 1, teardown: true } } })).toThrow(
      /tasks.a.teardown is true, but the task has no dependencies/,
    )
  })

  it('changes the fingerprint of its plan', () => {
    const of = (teardown: boolean): string =>
      plan({
        name: 'p',
        tasks: [
          ['a', { run: () => 1 }],
          ['b', { run: () => 1, needs: ['a'], when: 'all-settled', timeout: '1m', teardown }],
        ],
      }).fingerprint
    expect(of(true)).not.toBe(of(false))
  })
})

describe('a run that is ended early', () => {
  it.each(['kill', 'drain', 'abort'] as const)(
    'by %s runs its teardowns once all that they need has ended',
    async (how) => {
      const scene = await started(withBad)
      const { hand, watched, wait } = scene
      hand.completes('up/1')
      await wait()
      endings[how](scene)
      await wait()
      expect(hand.started).not.toContain('down')
      if (how === 'drain') {
        hand.completes('bad/1')
        hand.completes('work/1')
      } else {
        for (const name of ['bad/1', 'work/1']) if (hand.asked.includes(`abort ${name}`)) hand.ends(name)
      }
      await wait()
      expect(hand.started).toContain('down')
      expect(watched.result).toBeUndefined()
      hand.completes('down/1', 'tidy')
      await wait()
      expect(watched.result).toMatchObject({
        status: how === 'abort' ? 'failed' : 'killed',
        outcomes: { down: { status: 'completed', output: 'tidy' } },
      })
    },
  )

  it('by its timeout runs its teardowns, too', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start(trio, { timeout: 10 })
    await wait(10)
    hand.ends('up/1')
    await wait()
    expect(watched.statuses()).toEqual({ up: 'killed', work: 'skipped', down: 'running' })
    hand.completes('down/1')
    await wait()
    expect(watched.result).toMatchObject({ status: 'failed', failure: { code: 'RUN_TIMEOUT' } })
  })

  it('skips a teardown if none of its dependencies ever started', async () => {
    const { hand, watched, wait } = await started({
      ...trio,
      other: { run: byHand, needs: ['work'], teardown: true },
    })
    void watched.run.kill()
    hand.ends('up/1')
    await wait()
    expect(hand.started).toEqual(['up', 'down'])
    expect(watched.result).toBeUndefined()
    expect(watched.all('task.skipped', 'other')).toMatchObject([{ because: 'run-killed' }])
  })

  it('skips it even where the rule had been met by tasks that were skipped', async () => {
    const { watched, wait } = await started(
      {
        no: { run: byHand },
        never: { run: byHand, needs: ['no'], when: 'any-failed' },
        down: { run: byHand, needs: ['never'], teardown: true, priority: 'low' },
        busy: { run: byHand },
      },
      2,
    )
    void watched.run.kill('no')
    await wait()
    void watched.run.kill()
    await wait()
    expect(watched.statuses()['down']).toBe('skipped')
  })

  it('kills one that waits for its next attempt when it turns out that nothing it needs had started', async () => {
    const hand = desk()
    const full = desk({ accepts: () => false })
    const { start, wait } = simulated({ executors: { hand, full } })
    const watched = await start({
      waits: { run: { executor: 'full', work: undefined } },
      down: {
        run: byHand,
        needs: ['waits'],
        when: 'always',
        teardown: true,
        retry: { maxAttempts: 2, backoff: { base: 10 } },
      },
    })
    hand.fails('down/1')
    await wait()
    void watched.run.kill()
    await wait(10)
    expect(watched.result?.outcomes).toMatchObject({
      waits: { status: 'killed' },
      down: { status: 'killed' },
    })
    expect(hand.asked).toEqual(['start down/1'])
  })

  it('lets a teardown go on that is at work', async () => {
    const { hand, watched, wait } = await started({ ...trio, rest: { run: byHand } })
    hand.fails('up/1')
    await wait()
    void watched.run.kill()
    hand.ends('rest/1')
    await wait()
    expect(hand.asked).not.toContain('abort down/1')
    hand.completes('down/1')
    await wait()
    expect(watched.result).toMatchObject({ status: 'killed', outcomes: { down: { status: 'completed' } } })
  })

  it('lets it run after a drain and after the kill that follows, and a further kill ends it', async () => {
    const { hand, watched, wait } = await started()
    void watched.run.drain()
    void watched.run.kill()
    hand.ends('up/1')
    await wait()
    expect(watched.statuses()['down']).toBe('running')
    void watched.run.kill(undefined, { reason: 'enough' })
    await wait()
    expect(watched.all('run.killing').map(({ endsTeardowns }) => endsTeardowns)).toEqual([undefined, true])
    expect(watched.all('task.stopping', 'down')).toMatchObject([{ killReason: 'enough' }])
    hand.ends('down/1')
    await wait()
    expect(watched.result).toMatchObject({
      status: 'killed',
      reason: 'killed',
      outcomes: { down: { status: 'killed' } },
    })
  })

  it('skips at a further kill the teardowns that have not started, and kills nothing a second time', async () => {
    const { hand, watched, wait } = await started()
    void watched.run.kill(undefined, { reason: 'first' })
    void watched.run.kill(undefined, { reason: 'second' })
    void watched.run.kill(undefined, { reason: 'third' })
    hand.ends('up/1')
    await wait()
    expect(watched.types().filter((type) => type === 'run.killing')).toHaveLength(2)
    expect(watched.result?.outcomes).toMatchObject({
      up: { status: 'killed', reason: 'first' },
      down: { status: 'skipped', because: 'run-killed' },
    })
  })

  it('tells nothing at a further kill where no teardown is open', async () => {
    const { hand, watched, wait } = await started({ a: { run: byHand } })
    void watched.run.kill()
    void watched.run.kill()
    hand.ends('a/1')
    await wait()
    expect(watched.types().filter((type) => type === 'run.killing')).toHaveLength(1)
  })

  it('judges an early rule of a teardown when all has ended, even of one that was ready before', async () => {
    const { hand, watched, wait } = await started({
      a: { run: byHand },
      b: { run: byHand },
      down: { run: byHand, needs: ['a', 'b'], when: 'any-completed', teardown: true },
      also: { run: byHand, needs: ['a', 'b'], when: 'any-failed', teardown: true },
    })
    watched.run.pause()
    hand.completes('a/1')
    await wait()
    expect(watched.statuses()['down']).toBe('ready')
    void watched.run.kill()
    await wait()
    expect(hand.started).not.toContain('down')
    expect(watched.run.why('down').waitsFor).toMatchObject([{ kind: 'dependencies', taskIds: ['b'] }])
    hand.ends('b/1')
    await wait()
    expect(hand.started.slice(-2)).toEqual(['down', 'also'])
    expect(watched.types('down').filter((type) => type === 'task.ready')).toHaveLength(1)
  })

  it('retries a teardown, and asks nobody about its failure', async () => {
    const retry = { maxAttempts: 2, backoff: { base: 10 } }
    const { hand, watched, wait } = await started({
      up: { run: byHand },
      down: { run: byHand, needs: ['up'], teardown: true, onFailure: 'ask', retry },
    })
    void watched.run.kill()
    hand.ends('up/1')
    await wait()
    hand.fails('down/1')
    await wait(10)
    hand.fails('down/2')
    await wait()
    expect(watched.result?.outcomes['down']).toMatchObject({ status: 'killed' })
  })

  it('can have one of its teardowns killed by itself', async () => {
    const { hand, watched, wait } = await started()
    void watched.run.kill()
    hand.ends('up/1')
    await wait()
    void watched.run.kill('down', { reason: 'not needed' })
    hand.ends('down/1')
    await wait()
    expect(watched.result?.outcomes['down']).toMatchObject({ status: 'killed', reason: 'not needed' })
  })

  it('gives teardowns that depend on each other their turn, one after the other', async () => {
    const { hand, watched, wait } = await started({
      ...trio,
      last: { run: byHand, needs: ['down'], teardown: true },
      after: { run: byHand, needs: ['last'] },
    })
    void watched.run.kill()
    hand.ends('up/1')
    await wait()
    hand.fails('down/1')
    await wait()
    expect(hand.started).toEqual(['up', 'down', 'last'])
    hand.completes('last/1')
    await wait()
    expect(watched.result?.outcomes['after']).toMatchObject({ status: 'skipped', because: 'run-killed' })
  })

  it('ends a teardown at its timeout, so that it holds nobody up', async () => {
    const { hand, watched, wait } = await started()
    void watched.run.kill()
    hand.ends('up/1')
    await wait(60_000)
    expect(hand.asked.at(-1)).toBe('abort down/1')
    hand.ends('down/1')
    await wait()
    expect(watched.result?.outcomes['down']).toMatchObject({ failure: { code: 'ATTEMPT_TIMEOUT' } })
  })

  it('says why a teardown waits: for what it needs, then for a slot like any other task', async () => {
    const { hand, watched, wait } = await started({ other: { run: byHand }, ...trio }, 2)
    void watched.run.kill()
    expect(watched.run.why('down').sentence).toBe('down is pending and waits for up (rule all-settled).')
    watched.run.pause()
    await wait()
    const second = await started(
      { up: { run: byHand }, other: { run: byHand }, down: { run: byHand, needs: ['up'], teardown: true } },
      1,
    )
    second.hand.completes('up/1')
    await second.wait()
    void second.watched.run.drain()
    expect(second.watched.run.why('down').sentence).toBe(
      'down is ready and waits for one of the 1 slots of the run, held by other.',
    )
    second.hand.completes('other/1')
    hand.ends('up/1')
    await second.wait()
    expect([second.watched.statuses()['down'], watched.statuses()['down']]).toEqual(['running', 'running'])
  })
})

describe('a store that fails while a run is ended early', () => {
  it.each(['at work', 'about to start'] as const)(
    'ends the teardown that is %s, and the run settles',
    async (when) => {
      const hand = desk()
      let isBroken = false
      const store = storeThat(() => {
        if (isBroken) throw new Error('the disk is full')
      })
      const { start, wait } = simulated({ executors: { hand }, store })
      const watched = await start(trio)
      void watched.run.kill()
      if (when === 'about to start') isBroken = true
      hand.ends('up/1')
      await wait()
      isBroken = true
      if (when === 'at work') {
        hand.say('down/1', { type: 'attempt.warned', message: 'careful' })
        await wait()
        expect(hand.asked.at(-1)).toBe('abort down/1')
        hand.ends('down/1')
      }
      await wait()
      expect(hand.started.includes('down')).toBe(when === 'at work')
      expect(watched.result).toMatchObject({ status: 'failed', failure: { code: 'STORE_FAILED' } })
    },
  )
})

describe('a runtime with other runs', () => {
  it('lets the teardowns of a killed run go first, since somebody waits for its end', async () => {
    const { hand, watched, runtime, start, wait } = await started(
      { up: { run: byHand }, other: { run: byHand }, down: { run: byHand, needs: ['up'], teardown: true } },
      2,
    )
    const next = await start({ x: { run: byHand }, y: { run: byHand } })
    void watched.run.kill('up')
    hand.ends('up/1')
    await wait()
    void watched.run.kill()
    hand.ends('other/1')
    await wait()
    expect(hand.started.toSorted()).toEqual(['down', 'other', 'up', 'x'])
    hand.completes('down/1')
    await wait()
    expect(watched.result?.status).toBe('killed')
    expect(next.statuses()).toEqual({ x: 'running', y: 'running' })
    void runtime.shutdown({ mode: 'kill' })
    hand.ends('x/1')
    hand.ends('y/1')
    await wait()
    expect(next.result?.status).toBe('killed')
  })
})

describe('a runtime that is shut down', () => {
  it.each(['drain', 'kill'] as const)('by %s runs teardowns, and a further kill ends them', async (mode) => {
    const { hand, watched, runtime, wait } = await started()
    const closed = runtime.shutdown({ mode })
    hand.ends('up/1')
    hand.completes('up/1')
    await wait()
    expect(watched.statuses()['down']).toBe('running')
    void runtime.shutdown({ mode: 'kill' })
    if (mode === 'drain') void runtime.shutdown({ mode: 'kill' })
    await wait()
    expect(watched.statuses()['down']).toBe('stopping')
    hand.ends('down/1')
    await closed
  })
})

describe('the outputs that a teardown finds', () => {
  it('are those of what completed before the run was killed', async () => {
    const check = dag('check')
      .task('up', () => 'a database')
      .task(
        'test',
        { needs: ['up'] },
        ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
      )
      .task('down', { needs: ['up', 'test'], teardown: true }, ({ inputs }) => Object.keys(inputs))
    const run = createRuntime().dispatch(check)
    run.events$.subscribe(({ type, taskId }) => {
      if (type === 'task.started' && taskId === 'test') void run.kill()
    })
    expect((await run.result).outputs.down).toEqual(['up'])
  })
})
