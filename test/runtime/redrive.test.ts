import { plan, type RunHandle, type RunResult } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, fails, ok, simulated } from './watching.ts'

/** Fails as long as it is told to. */
function moody() {
  const mood = { bad: true, tries: [] as number[] }
  return {
    mood,
    run: ({ attempt }: { readonly attempt: number }) => {
      mood.tries.push(attempt)
      if (mood.bad) throw new Error('in a mood')
      return 'fine'
    },
  }
}

describe('a failed run that is redriven', () => {
  it('starts what failed and what was skipped because of it; what ran stays', async () => {
    let ran = 0
    const { mood, run: handler } = moody()
    const { start, wait } = simulated()
    const watched = await start({
      good: { run: () => ++ran },
      bad: { run: handler },
      child: { run: ok, needs: ['bad', 'good'] },
      grandchild: { run: ok, needs: ['child'] },
    })
    const before = watched.run.result
    const lastSeq = watched.facts.at(-1)!.seq
    mood.bad = false
    const result = watched.run.redrive()
    expect(watched.run.result).toBe(result)
    expect(result).not.toBe(before)
    await wait()
    expect(watched.statuses()).toEqual({
      good: 'completed',
      bad: 'completed',
      child: 'completed',
      grandchild: 'completed',
    })
    expect(await result).toMatchObject({ status: 'completed', outputs: { good: 1, bad: 'fine' } })
    expect(await before).toMatchObject({ status: 'failed' })
    expect(ran).toBe(1)
    expect(watched.facts.map(({ seq }) => seq)).toEqual(watched.facts.map((_, index) => index + 1))
    expect(watched.all('run.redriven')).toMatchObject([
      { seq: lastSeq + 1, tasks: ['bad', 'child', 'grandchild'] },
    ])
    expect(watched.all('task.redriven').map(({ taskId, from }) => `${taskId} ${from}`)).toEqual([
      'bad failed',
      'child skipped',
      'grandchild skipped',
    ])
  })

  it('refuses a task that what stays settled makes impossible, and names what stands in its way', async () => {
    const { run: handler } = moody()
    const { start } = simulated()
    const watched = await start({ bad: { run: handler }, child: { run: ok, needs: ['bad'] } })
    expect(() => watched.run.redrive('child')).toThrow('dependencies have settled: bad (failed)')
    expect(watched.run.view().status).toBe('failed')
    expect(watched.all('run.redriven')).toEqual([])
  })

  it('goes on counting attempts, with as many of them to use as at first', async () => {
    const { mood, run: handler } = moody()
    const { start, wait } = simulated()
    const watched = await start({
      bad: { run: handler, retry: { maxAttempts: 2, backoff: { base: 10, factor: 3 } } },
    })
    await wait(10)
    expect(watched.result?.deadLetters).toEqual(['bad'])
    void watched.run.redrive()
    await wait(10)
    expect(mood.tries).toEqual([1, 2, 3, 4])
    expect(watched.all('task.retrying').map(({ at, until }) => until - at)).toEqual([10, 10])
    expect(watched.run.view().tasks.get('bad')).toMatchObject({ attempt: 4, attemptsUsed: 2 })
  })

  it('redrives one task by its id and leaves the others failed', async () => {
    const one = moody()
    const two = moody()
    const { start, wait } = simulated()
    const watched = await start({
      one: { run: one.run },
      two: { run: two.run },
      both: { run: ok, needs: ['one', 'two'] },
      afterOne: { run: ok, needs: ['one'] },
    })
    one.mood.bad = false
    two.mood.bad = false
    void watched.run.redrive('one')
    await wait()
    expect(watched.statuses()).toEqual({
      one: 'completed',
      two: 'failed',
      both: 'skipped',
      afterOne: 'completed',
    })
    expect(watched.result?.status).toBe('failed')
    void watched.run.redrive()
    await wait()
    expect(watched.result?.status).toBe('completed')
    expect(one.mood.tries).toEqual([1, 2])
  })

  it('goes on telling the subscribers of its first turn, until the handle is disposed of', async () => {
    const { mood, run: handler } = moody()
    const { start, wait } = simulated()
    const { run, types } = await start({ bad: { run: handler } })
    let completed = 0
    run.events$.subscribe({ complete: () => completed++ })
    mood.bad = false
    void run.redrive()
    await wait()
    expect(types()).toContain('run.completed')
    expect(completed).toBe(0)
    await run[Symbol.asyncDispose]()
    expect(completed).toBe(1)
  })

  it('may be redriven by an observer of its very end', async () => {
    const { mood, run: handler } = moody()
    const { runtime, wait } = simulated()
    const run: RunHandle = runtime.dispatch(plan({ name: 'tried', tasks: { bad: { run: handler } } }))
    const results: RunResult[] = []
    const keep = async (result: Promise<RunResult>): Promise<void> => {
      results.push(await result)
    }
    void keep(run.result)
    run.events$.subscribe((fact) => {
      if (fact.type !== 'run.failed') return
      mood.bad = false
      void keep(run.redrive())
    })
    await wait()
    expect(results.map(({ status }) => status)).toEqual(['failed', 'completed'])
    await runtime.shutdown()
  })

  it('lets a runtime that is shut down wait for it', async () => {
    const hand = desk()
    const { start, wait, runtime } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    hand.fails('a/1')
    await wait()
    void watched.run.redrive()
    await wait()
    let isShut = false
    const shut = async (): Promise<void> => {
      await runtime.shutdown({ mode: 'drain' })
      isShut = true
    }
    const shutting = shut()
    await wait()
    expect(isShut).toBe(false)
    hand.completes('a/2')
    await shutting
    expect(watched.result?.outputs).toEqual({ a: undefined })
  })

  it('that meets a rule that still throws settles again as it was', async () => {
    const { start, wait } = simulated()
    let broken = true
    const watched = await start({
      a: { run: ok },
      b: {
        run: ok,
        needs: ['a'],
        when: () => {
          if (broken) throw new Error('no rule')
          return true
        },
      },
    })
    void watched.run.redrive()
    await wait()
    expect(watched.result?.rootCauses).toMatchObject([{ taskId: 'b', failure: { code: 'RULE_THREW' } }])
    broken = false
    void watched.run.redrive('b')
    await wait()
    expect(watched.result?.status).toBe('completed')
  })
})

describe('a run that was ended by hand, or as a whole', () => {
  const tasks = {
    a: { run: byHand },
    b: { run: byHand, needs: ['a'] },
    free: { run: byHand, needs: ['b'] },
  } as const

  it.each(['kill', 'drain', 'abort'] as const)('by %s is taken up again where it was left', async (how) => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ ...tasks, bad: { run: byHand, onFailure: 'abort' } })
    if (how === 'kill') void watched.run.kill()
    if (how === 'drain') void watched.run.drain()
    if (how === 'abort') hand.fails('bad/1')
    for (const one of ['a/1', 'bad/1']) {
      if (how === 'drain') hand.completes(one)
      else hand.ends(one)
    }
    await wait()
    expect(watched.result?.status).toBe(how === 'abort' ? 'failed' : 'killed')
    expect(watched.result?.outcomes['b']?.status).toBe('skipped')
    void watched.run.redrive()
    await wait()
    const again = how === 'drain' ? ['b'] : ['a', 'bad']
    expect(hand.started.slice(2)).toEqual(again)
    for (const one of again) hand.completes(`${one}/${one === 'b' ? 1 : 2}`)
    if (how !== 'drain') hand.completes('b/1')
    hand.completes('free/1')
    await wait()
    expect(watched.result).toMatchObject({ status: 'completed' })
    expect(watched.result).not.toHaveProperty('failure')
    expect(watched.run.view()).not.toHaveProperty('failure')
  })
})

describe('a redrive', () => {
  it('of a run that goes on is refused', async () => {
    const { start } = simulated({ concurrency: 0 })
    const { run } = await start({ a: { run: ok } })
    const refused = expect.objectContaining({ code: 'RUN_NOT_SETTLED' })
    expect(() => run.redrive()).toThrow(refused)
    expect(() => run.redrive('a')).toThrow(refused)
  })

  it('of a completed or an unknown task is refused, and changes nothing', async () => {
    const { start, wait } = simulated()
    const { run, facts } = await start({ good: { run: ok }, bad: { run: fails() } })
    const before = run.result
    expect(() => run.redrive('good')).toThrow(expect.objectContaining({ code: 'TASK_COMPLETED' }))
    expect(() => run.redrive('worse')).toThrow(expect.objectContaining({ code: 'TASK_UNKNOWN' }))
    await wait()
    expect(run.result).toBe(before)
    expect(facts.at(-1)?.type).toBe('run.failed')
  })

  it('of a run in which nothing failed does nothing', async () => {
    const { start, wait } = simulated()
    const { run, facts } = await start({ good: { run: ok } })
    const before = run.result
    expect(run.redrive()).toBe(before)
    await wait()
    expect(facts.at(-1)?.type).toBe('run.completed')
  })

  it('after a shutdown is refused', async () => {
    const { start, runtime } = simulated()
    const { run } = await start({ bad: { run: fails() } })
    await runtime.shutdown()
    expect(() => run.redrive()).toThrow(expect.objectContaining({ code: 'RUNTIME_CLOSED' }))
  })
})
