import { type AttemptReport, createRuntime, type Executor, plan, type Report, SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, ok, simulated } from './watching.ts'

const throwing = (): never => {
  throw new Error('wires crossed')
}

describe('an executor that reports what nobody should believe', () => {
  it('twice is believed once', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand }, b: { run: byHand, needs: ['a'] } })
    hand.begins('a/1')
    hand.completes('a/1', 'first')
    hand.completes('a/1', 'second')
    hand.fails('a/1')
    hand.ends('a/1')
    expect(hand.started).toEqual(['a', 'b'])
    hand.completes('b/1')
    await wait()
    expect(watched.result?.outputs).toEqual({ a: 'first', b: undefined })
    expect(watched.types('a').filter((type) => type === 'task.started')).toHaveLength(1)
  })

  it('late, of an attempt that is over, changes nothing of the next', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand, retry: { maxAttempts: 2 } } })
    hand.fails('a/1')
    await wait(5_000)
    const told = watched.told.length
    for (const report of [
      { type: 'attempt.completed', output: 'old' },
      { type: 'attempt.failed', failure: { code: 'OLD', message: 'old' } },
      { type: 'attempt.rejected' },
      { type: 'attempt.heartbeat' },
      { type: 'attempt.warned', message: 'old' },
      { type: 'attempt.asked', question: 'old?' },
      { type: 'attempt.output', text: 'old', stream: 'log' },
      { type: 'attempt.progress', percent: 1 },
      { type: 'attempt.ended' },
    ] as const) {
      hand.say('a/1', report)
    }
    expect(watched.told).toHaveLength(told)
    hand.completes('a/2', 'new')
    await wait()
    expect(watched.result?.outputs).toEqual({ a: 'new' })
  })

  it('out of order, waits until the attempt has started', async () => {
    const hand = desk({ begins: false })
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    hand.completes('a/1', 'too early')
    hand.say('a/1', { type: 'attempt.heartbeat' })
    hand.say('a/1', { type: 'attempt.asked', question: 'now?' })
    expect(watched.types('a').at(-1)).toBe('task.starting')
    hand.begins('a/1')
    hand.completes('a/1', 'in time')
    await wait()
    expect(watched.result?.outputs).toEqual({ a: 'in time' })
  })

  it('of an attempt that is over, does not move the next one', async () => {
    const reports: Report[] = []
    const hand: Executor = {
      start: (_attempt, report) => {
        reports.push(report)
        report({ type: 'attempt.started' })
      },
      abort: () => undefined,
    }
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand, retry: { maxAttempts: 2, backoff: { base: 0 } } } })
    const [first] = reports
    first!({ type: 'attempt.failed', failure: { code: 'A', message: 'a' } })
    await wait(0)
    expect(reports).toHaveLength(2)
    first!({ type: 'attempt.warned', message: 'late' })
    first!({ type: 'attempt.failed', failure: { code: 'A', message: 'again' } })
    first!({ type: 'attempt.completed', output: 'late' })
    expect(watched.run.view().tasks.get('a')).toMatchObject({ status: 'running', attempt: 2 })
    expect(watched.all('task.warned')).toEqual([])
    reports[1]!({ type: 'attempt.completed', output: 'in time' })
    expect((await watched.run.result).outputs).toEqual({ a: 'in time' })
  })

  it('in a shape that it made up, is passed over', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    const { run } = await start({ a: { run: byHand } })
    hand.say('a/1', { type: 'attempt.exploded' } as never)
    expect(run.view().tasks.get('a')?.status).toBe('running')
  })

  it('after its runtime is shut down, harms nobody', async () => {
    const hand = desk({ canForce: false })
    const { start, wait, runtime } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    const shut = runtime.shutdown({ mode: 'kill' })
    await wait(5_000)
    await shut
    const told = watched.told.length
    const late: AttemptReport['type'][] = ['attempt.completed', 'attempt.heartbeat', 'attempt.ended']
    for (const type of late) hand.say('a/1', { type } as never)
    expect(watched.told).toHaveLength(told)
    expect(watched.result?.abandoned).toEqual(['a'])
  })

  it('with what is no text or number where there should be one, makes facts of texts and numbers', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    hand.say('a/1', { type: 'attempt.warned', message: Symbol('s') as never })
    hand.say('a/1', { type: 'attempt.asked', question: { which: 1 } as never })
    hand.say('a/1', { type: 'attempt.output', text: 42 as never, stream: 'log' })
    hand.say('a/1', { type: 'attempt.progress', percent: Number.NaN, message: null as never })
    expect(watched.all('task.warned')[0]?.message).toBe('Symbol(s)')
    expect(watched.all('task.asked')[0]?.question).toBe('{"which":1}')
    expect(watched.all('task.output')[0]?.text).toBe('42')
    expect(watched.all('task.progress')[0]).toMatchObject({ percent: 0, message: 'null' })
  })

  it.each<[string, unknown, object]>([
    ['an error', new Error('as it was thrown'), { code: 'HANDLER_THREW', message: 'as it was thrown' }],
    ['nothing', undefined, { code: 'EXECUTOR_FAILED', message: 'undefined' }],
    ['a text', 'no luck', { code: 'EXECUTOR_FAILED', message: "'no luck'" }],
    ['no code', { message: 'no luck' }, { code: 'EXECUTOR_FAILED', message: 'no luck' }],
    [
      'what is not JSON',
      {
        code: 'X',
        message: 'x',
        retryAfterMs: Number.NaN,
        stack: () => 1,
        output: ['line', 7],
        cause: { name: 1n, message: Symbol('s'), cause: 7 },
        severity: 'grave',
        own: new Map(),
      },
      { code: 'X', output: ['line'], cause: { name: 'Error', message: 'Symbol(s)' }, severity: 'error' },
    ],
  ])('of a failure with %s for it, is told as one in JSON', async (_, failure, expected) => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    hand.say('a/1', { type: 'attempt.failed', failure: failure as never })
    const told = watched.all('task.failed')[0]!.failure
    expect(told).toMatchObject(expected)
    expect(JSON.parse(JSON.stringify(told))).toEqual(told)
  })

  it('with a wait that is no length of time, is retried after the backoff', async () => {
    for (const retryAfterMs of [Number.NaN, Number.POSITIVE_INFINITY, -5]) {
      const hand = desk()
      const { start, wait } = simulated({ executors: { hand } })
      await start({ a: { run: byHand, retry: { maxAttempts: 2 } } })
      hand.say('a/1', { type: 'attempt.failed', failure: { code: 'X', message: 'x', retryAfterMs } })
      await wait(5_000)
      expect(hand.asked).toEqual(['start a/1', 'start a/2'])
    }
  })
})

describe('an executor that throws', () => {
  it('when it is to start fails the attempt, which may be retried', async () => {
    let calls = 0
    const hand = desk({
      start(attempt, report) {
        calls++
        if (calls === 1) throwing()
        report({ type: 'attempt.started' })
        report({ type: 'attempt.completed', output: 'at last' })
      },
    })
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand, retry: { maxAttempts: 2 } } })
    expect(watched.all('task.retrying')[0]?.failure).toMatchObject({
      code: 'EXECUTOR_THREW',
      message: 'The executor threw: wires crossed',
    })
    await wait(5_000)
    expect(watched.result?.outputs).toEqual({ a: 'at last' })
  })

  it('when it is to answer fails the attempt', async () => {
    const hand = desk({ answer: throwing })
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    hand.say('a/1', { type: 'attempt.asked', question: 'well?' })
    watched.run.answer('a', 'yes')
    await wait()
    expect(watched.result?.rootCauses[0]?.failure.code).toBe('EXECUTOR_THREW')
  })

  it('when it is to abort or force is given up on after its graces, with a warning each', async () => {
    const hand = desk({ abort: throwing, force: throwing })
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    void watched.run.kill()
    await wait(10_000)
    expect(watched.all('task.warned').map(({ message }) => message)).toEqual([
      'The executor threw while the attempt was being ended: wires crossed',
      'The executor threw while the attempt was being forced: wires crossed',
    ])
    expect(watched.result?.outcomes['a']).toMatchObject({ status: 'killed', abandoned: true })
  })

  it('later than at once is heard all the same', async () => {
    const later = (): Promise<never> => Promise.reject(new Error('wires crossed'))
    const starts = simulated({ executors: { hand: desk({ start: later }) } })
    const unstarted = await starts.start({ a: { run: byHand } })
    expect(unstarted.result?.rootCauses[0]?.failure).toMatchObject({
      code: 'EXECUTOR_THREW',
      message: 'The executor threw: wires crossed',
    })
    const ends = simulated({ executors: { hand: desk({ abort: later as never, force: later as never }) } })
    const watched = await ends.start({ a: { run: byHand }, b: { run: byHand, startTimeout: '1s' } })
    void watched.run.kill('a')
    await ends.wait(20_000)
    expect(watched.all('task.warned', 'a')).toHaveLength(2)
    expect(watched.statuses()).toMatchObject({ a: 'killed', b: 'running' })
  })

  it('when it is asked whether it accepts is given the attempt, and fails that', async () => {
    const { start } = simulated({ executors: { hand: desk({ accepts: throwing, start: throwing }) } })
    const { result } = await start({ a: { run: byHand } })
    expect(result?.rootCauses[0]?.failure.code).toBe('EXECUTOR_THREW')
  })
})

describe('an executor that is none', () => {
  it.each([
    ['no start', { abort: ok }],
    ['no abort', { start: ok }],
    ['a capacity of 0', { start: ok, abort: ok, capacity: 0 }],
    ['half a capacity', { start: ok, abort: ok, capacity: 1.5 }],
    ['nothing', null],
  ])('with %s is refused', (_what, executor) => {
    expect(() => createRuntime({ executors: { bad: executor as unknown as Executor } })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })

  it('because nobody gave it is refused at dispatch, and the near name is given', async () => {
    const { start } = simulated()
    await expect(start({ a: { run: { executor: 'inlin', work: ok } } })).rejects.toThrow(
      /Did you mean 'inline'/,
    )
  })
})

describe('a dag', () => {
  it('without tasks completes', async () => {
    const { start } = simulated()
    const { result, types } = await start({})
    expect(result).toMatchObject({ status: 'completed', outcomes: {}, outputs: {} })
    expect(types()).toEqual(['run.created', 'run.started', 'run.completed'])
  })

  it.each(['a/b', 'a/1', ' ', '.', '💥', 'constructor', 'toString', 'a'.repeat(200), '%s', '{{x}}'])(
    'with a task named %s runs as any other',
    async (id) => {
      const clock = new SimulatedClock()
      const runtime = createRuntime({ clock })
      const tasks = [
        [id, { run: () => `output of ${id}` }],
        ['next', { needs: [id], run: ({ inputs }: { readonly inputs: object }) => Object.entries(inputs) }],
      ] as const
      const run = runtime.dispatch(plan({ name: 'strange', tasks }))
      const result = await run.result
      expect(Object.entries(result.outputs)).toEqual([
        [id, `output of ${id}`],
        ['next', [[id, `output of ${id}`]]],
      ])
      expect(Object.keys(result.outcomes)).toEqual([id, 'next'])
      expect(run.why(id).sentence).toBe(`${id} is completed.`)
      expect(run.story(id).map(({ type }) => type)).toContain('task.completed')
    },
  )
})
