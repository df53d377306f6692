import { DagmarError, TerminalError } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, fails, ok, simulated } from './watching.ts'

describe('a task that has failed for good', () => {
  it("skips what can no longer start, and nothing else, under 'skip'", async () => {
    const { start } = simulated()
    const { result, all } = await start({
      bad: { run: fails('broken') },
      child: { run: ok, needs: ['bad'] },
      grandchild: { run: ok, needs: ['child'] },
      cleanup: { run: ok, needs: ['bad'], when: 'all-settled' },
      other: { run: ok },
    })
    expect(result?.counts).toEqual({ completed: 2, failed: 1, killed: 0, skipped: 2 })
    expect(result?.rootCauses).toMatchObject([{ taskId: 'bad', failure: { message: 'broken' } }])
    expect(result?.consequences).toEqual([
      { taskId: 'child', because: 'dependency-failed', causedBy: 'bad' },
      { taskId: 'grandchild', because: 'dependency-failed', causedBy: 'bad' },
    ])
    const failed = all('task.failed')[0]!
    expect(all('task.skipped', 'child')[0]?.causeSeq).toBe(failed.seq)
    expect(all('task.skipped', 'grandchild')[0]?.causeSeq).toBe(all('task.skipped', 'child')[0]?.seq)
  })

  it("ends the rest of the run under 'abort'", async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({
      bad: { run: byHand, onFailure: 'abort' },
      live: { run: byHand },
      later: { run: ok, needs: ['live'] },
    })
    hand.fails('bad/1', 'no way')
    expect(hand.asked).toEqual(['start bad/1', 'start live/1', 'abort live/1'])
    hand.ends('live/1')
    await wait()
    expect(watched.result).toMatchObject({
      status: 'failed',
      failure: { code: 'RUN_ABORTED', message: 'The failure of bad ended the run: no way' },
      outcomes: {
        bad: { status: 'failed' },
        live: { status: 'killed' },
        later: { status: 'skipped', because: 'run-aborted', causedBy: 'bad' },
      },
    })
    expect(watched.result?.rootCauses.map(({ taskId }) => taskId)).toEqual(['bad'])
  })

  it("counts as completed, without an output, under 'ignore'", async () => {
    let seen: unknown
    const { start } = simulated()
    const { result } = await start({
      bad: { run: fails(), onFailure: 'ignore' },
      child: {
        needs: ['bad'],
        run: ({ inputs }) => {
          seen = inputs
        },
      },
    })
    expect(seen).toEqual({})
    expect(result).toMatchObject({ status: 'completed', rootCauses: [] })
    expect(result?.outcomes['bad']).toMatchObject({ status: 'failed', ignored: true })
    expect(result?.outputs).toEqual({ child: undefined })
  })

  it.each(['skip', 'ignore', 'ask'] as const)(
    'ends the run when the failure is critical, in spite of %s',
    async (onFailure) => {
      const { start } = simulated()
      const { result } = await start({
        bad: {
          onFailure,
          run: () => {
            throw new TerminalError('the ground shakes', { severity: 'critical' })
          },
        },
        later: { run: ok, needs: ['bad'], when: 'all-settled' },
      })
      expect(result).toMatchObject({
        status: 'failed',
        failure: { code: 'RUN_ABORTED', severity: 'critical' },
        outcomes: { bad: { ignored: false }, later: { because: 'run-aborted' } },
      })
    },
  )

  it('is critical by the option of its task once the attempts are used up', async () => {
    const { start, wait } = simulated()
    const watched = await start({
      bad: { run: fails(), severity: 'critical', retry: { maxAttempts: 2 } },
    })
    expect(watched.types('bad')).toContain('task.retrying')
    await wait(5_000)
    expect(watched.result).toMatchObject({ failure: { code: 'RUN_ABORTED' } })
  })
})

describe("a failed task that asks what to do, under 'ask'", () => {
  const asking = {
    bad: { run: byHand, onFailure: 'ask' },
    child: { run: byHand, needs: ['bad'] },
    other: { run: byHand },
  } as const

  async function asked() {
    const hand = desk()
    const tried = simulated({ executors: { hand }, concurrency: 1 })
    const watched = await tried.start(asking)
    hand.fails('bad/1', 'broken')
    return { hand, wait: tried.wait, ...watched, watched, clock: tried.clock }
  }

  it('waits without a slot and without a timer, while the rest goes on', async () => {
    const { hand, run, all, clock } = await asked()
    expect(hand.started).toEqual(['bad', 'other'])
    expect(all('task.asked')).toMatchObject([{ of: 'failure', failure: { message: 'broken' } }])
    expect(run.why('bad').sentence).toBe(
      'bad is dispatched and waits for a person to answer: bad failed: broken What now: retry, skip, ignore or abort?',
    )
    hand.completes('other/1')
    await clock.advanceAsync(10_000_000)
    expect(run.view().status).toBe('running')
    expect(clock.pending).toBe(0)
  })

  it("tries again with all its attempts when the answer is 'retry'", async () => {
    const { hand, run, wait, statuses } = await asked()
    run.answer('bad', 'retry')
    hand.completes('other/1')
    expect(hand.asked.at(-1)).toBe('start bad/2')
    expect(run.view().tasks.get('bad')).toMatchObject({ attempt: 2, attemptsUsed: 1 })
    hand.completes('bad/2')
    hand.completes('child/1')
    await wait()
    expect(statuses()).toEqual({ bad: 'completed', child: 'completed', other: 'completed' })
  })

  it.each([
    ['skip', { status: 'failed', because: 'dependency-failed', bad: false, code: undefined }],
    ['ignore', { status: 'completed', because: undefined, bad: true, code: undefined }],
    ['abort', { status: 'failed', because: 'dependency-failed', bad: false, code: 'RUN_ABORTED' }],
  ] as const)('settles as failed when the answer is %s', async (answer, expected) => {
    const { hand, run, wait, watched } = await asked()
    run.answer('bad', answer)
    if (answer === 'abort') hand.ends('other/1')
    else hand.completes('other/1')
    if (answer === 'ignore') hand.completes('child/1')
    await wait()
    expect(watched.result).toMatchObject({
      status: expected.status,
      outcomes: { bad: { status: 'failed', ignored: expected.bad } },
    })
    const child = watched.result?.outcomes['child']
    expect(child?.status === 'skipped' ? child.because : undefined).toBe(expected.because)
    expect(watched.result?.failure?.code).toBe(expected.code)
  })

  it('takes the first answer; a second one is stale', async () => {
    const { run } = await asked()
    run.answer('bad', 'ignore')
    expect(() => run.answer('bad', 'retry')).toThrow(expect.objectContaining({ code: 'ANSWER_STALE' }))
  })

  it('takes no other answer, and goes on waiting after one', async () => {
    const { run, all } = await asked()
    for (const answer of ['maybe', undefined, null, 1, {}, 10n, { toJSON: () => 10n }]) {
      const answering = () => run.answer('bad', answer)
      expect(answering).toThrow(DagmarError)
      expect(answering).toThrow(expect.objectContaining({ code: 'ANSWER_INVALID' }))
    }
    expect(all('task.answered')).toEqual([])
    run.answer('bad', 'skip')
    expect(run.view().tasks.get('bad')?.status).toBe('failed')
  })

  it('can be killed instead, and is not asked again', async () => {
    const { hand, run, wait, watched } = await asked()
    await run.kill('bad')
    hand.completes('other/1')
    await wait()
    expect(watched.result?.outcomes).toMatchObject({
      bad: { status: 'killed' },
      child: { status: 'skipped', because: 'dependency-failed', causedBy: 'bad' },
    })
  })

  it('is not there for a task that asked nothing, or is unknown', async () => {
    const { run } = await asked()
    expect(() => run.answer('other', 'retry')).toThrow(expect.objectContaining({ code: 'ANSWER_STALE' }))
    expect(() => run.answer('othr', 'retry')).toThrow(/no task 'othr'.*Did you mean 'other'/)
  })
})

describe('a task killed by itself', () => {
  it('makes the run fail and counts as failed for its dependents', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({
      a: { run: byHand, retry: { maxAttempts: 5 } },
      sad: { run: ok, needs: ['a'], when: 'any-failed' },
      child: { run: ok, needs: ['a'] },
    })
    void watched.run.kill('a', { reason: 'not needed' })
    hand.fails('a/1')
    await wait()
    expect(watched.result).toMatchObject({
      status: 'failed',
      rootCauses: [
        { taskId: 'a', failure: { code: 'TASK_KILLED', message: 'The task was killed: not needed.' } },
      ],
      outcomes: {
        a: { status: 'killed', reason: 'not needed' },
        sad: { status: 'completed' },
        child: { because: 'dependency-failed', causedBy: 'a' },
      },
    })
  })

  it('leaves the run completed when its failures are ignored', async () => {
    const { start, wait } = simulated({ concurrency: 0 })
    const watched = await start({ a: { run: ok, onFailure: 'ignore' } })
    await watched.run.kill('a')
    await wait()
    expect(watched.result).toMatchObject({ status: 'completed', outcomes: { a: { status: 'killed' } } })
  })
})
