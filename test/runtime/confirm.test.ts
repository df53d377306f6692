import { firstValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, fails, ok, simulated } from './watching.ts'

const confirm = 'Deploy to production?'

describe('a task that asks before it starts', () => {
  it('is asked about when its rule is met, as dispatched and without a slot, and starts after a yes', async () => {
    const hand = desk()
    const { start } = simulated({ concurrency: 1, executors: { hand } })
    const { run, result, statuses, types, all } = await start({
      build: { run: byHand },
      deploy: { run: byHand, needs: ['build'], confirm },
      other: { run: byHand },
    })
    expect(all('task.asked')).toEqual([])
    hand.completes('build/1')
    expect(statuses()).toMatchObject({ deploy: 'dispatched', other: 'running' })
    expect(run.actorOf('deploy')).toBeUndefined()
    expect(run.why('deploy').sentence).toBe(
      'deploy is dispatched and waits for a person to answer: Deploy to production? (yes or no).',
    )
    run.answer('deploy', 'yes')
    expect(statuses()).toMatchObject({ deploy: 'ready', other: 'running' })
    hand.completes('other/1')
    expect(hand.started).toEqual(['build', 'other', 'deploy'])
    hand.completes('deploy/1')
    expect(types('deploy')).toEqual([
      'task.asked',
      'task.answered',
      'task.ready',
      'task.dispatched',
      'task.starting',
      'task.started',
      'task.completed',
    ])
    expect(all('task.asked')[0]).toMatchObject({ of: 'confirm', attempt: 0, question: confirm })
    expect(all('task.asked')[0]?.causeSeq).toBe(all('task.completed', 'build')[0]?.seq)
    expect(result).toBeUndefined()
  })

  it('is skipped after a no, which is no failure, and dependents follow as after any skip', async () => {
    const { start, wait } = simulated()
    const watched = await start({
      deploy: { run: ok, confirm },
      announce: { run: ok, needs: ['deploy'] },
      report: { run: ok, needs: ['deploy'], when: 'all-settled' },
      instead: { run: ok, needs: ['deploy'], when: 'all-skipped' },
      alarm: { run: ok, needs: ['deploy'], when: 'any-failed' },
    })
    watched.run.answer('deploy', 'no')
    await wait()
    expect(watched.result).toMatchObject({
      status: 'completed',
      outcomes: {
        deploy: { status: 'skipped', because: 'answered' },
        announce: { status: 'skipped', because: 'rule-unmet', causedBy: 'deploy' },
        report: { status: 'completed' },
        instead: { status: 'completed' },
        alarm: { status: 'skipped', because: 'rule-unmet', causedBy: 'deploy' },
      },
      rootCauses: [],
    })
    expect(watched.run.why('deploy').sentence).toBe('deploy was skipped (answered).')
  })

  it('takes yes and no for an answer, once', async () => {
    const { start, wait } = simulated()
    const { run } = await start({ deploy: { run: ok, confirm } })
    expect(() => run.answer('deploy', true)).toThrow("Answer 'yes' or 'no'.")
    run.answer('deploy', 'yes')
    expect(() => run.answer('deploy', 'yes')).toThrow(expect.objectContaining({ code: 'ANSWER_STALE' }))
    await wait()
    expect((await run.result).status).toBe('completed')
  })

  it('is not asked again before its next attempts, nor on a redrive, unless it was answered no', async () => {
    const { start, wait } = simulated()
    const { run, all } = await start({
      bad: { run: fails(), confirm, retry: { maxAttempts: 2, backoff: { base: 0 } } },
      never: { run: ok, confirm: 'Really?' },
    })
    run.answer('bad', 'yes')
    run.answer('never', 'no')
    await wait(10)
    void run.redrive()
    await wait(10)
    expect(all('task.asked', 'bad')).toHaveLength(1)
    expect(all('task.asked', 'never')).toHaveLength(1)
    const again = run.redrive('never')
    await wait()
    expect(all('task.asked', 'never')).toHaveLength(2)
    run.answer('never', 'yes')
    await wait()
    expect((await again).outcomes['never']?.status).toBe('completed')
  })

  it('can be killed while it is asked about, and changes no sibling by any answer', async () => {
    const { start, wait } = simulated()
    const watched = await start({
      one: { run: ok, confirm },
      two: { run: ok, confirm },
      three: { run: ok, confirm },
    })
    const { run } = watched
    const killed = run.kill('one', { reason: 'not today' })
    run.answer('two', 'no')
    expect(watched.statuses()).toEqual({ one: 'killed', two: 'skipped', three: 'dispatched' })
    expect(() => run.answer('one', 'yes')).toThrow(expect.objectContaining({ code: 'ANSWER_STALE' }))
    await killed
    run.answer('three', 'yes')
    await wait()
    expect(watched.result?.outcomes).toMatchObject({
      one: { status: 'killed', reason: 'not today' },
      three: { status: 'completed' },
    })
  })

  it.each(['kill', 'drain'] as const)(
    'is skipped by a %s of the run, and asks nothing any more',
    async (end) => {
      const { start, wait, runtime } = simulated()
      let open = -1
      runtime.questions$.subscribe((questions) => (open = questions.length))
      await firstValueFrom(runtime.questions$)
      const watched = await start({ deploy: { run: ok, confirm, answerWithin: 50 } })
      expect(open).toBe(1)
      void watched.run[end]()
      await wait(100)
      expect(watched.result?.outcomes['deploy']).toMatchObject({
        status: 'skipped',
        because: end === 'kill' ? 'run-killed' : 'run-drained',
      })
      expect(open).toBe(0)
    },
  )

  it('is asked about, and may be answered, while the run is paused; it starts when that is over', async () => {
    const { start, wait } = simulated()
    const watched = await start({ build: { run: ok }, deploy: { run: ok, needs: ['build'], confirm } })
    watched.run.pause()
    watched.run.answer('deploy', 'yes')
    await wait(10)
    expect(watched.statuses()).toEqual({ build: 'completed', deploy: 'ready' })
    watched.run.resume()
    await wait()
    expect(watched.result?.status).toBe('completed')
  })

  it('is one of the questions of the runtime', async () => {
    const { start, runtime } = simulated()
    const lists: unknown[] = []
    runtime.questions$.subscribe((open) => lists.push(open))
    await firstValueFrom(runtime.questions$)
    const { run, told } = await start({ deploy: { run: ok, confirm, answerWithin: 60_000 } })
    const until = told[0]!.at + 60_000
    expect(lists.at(-1)).toEqual([
      {
        runId: run.id,
        taskId: 'deploy',
        of: 'confirm',
        question: confirm,
        failure: undefined,
        until,
        defaultAnswer: 'no',
      },
    ])
    run.answer('deploy', 'no')
    expect(lists.at(-1)).toEqual([])
  })
})

describe('a question that nobody answers in time', () => {
  it('of a task that asks before it starts is answered no, or as its default answer says', async () => {
    const { start, wait } = simulated()
    const watched = await start({
      deploy: { run: ok, confirm, answerWithin: '4m' },
      tidy: { run: ok, confirm: 'Tidy up?', answerWithin: '2m', defaultAnswer: 'yes' },
    })
    expect(watched.run.why('deploy').sentence).toBe(
      "deploy is dispatched and waits for a person to answer: Deploy to production? (yes or no; answers 'no' by itself in 4 min 0 s).",
    )
    await wait(120_000)
    expect(watched.statuses()).toEqual({ deploy: 'dispatched', tidy: 'completed' })
    expect(watched.all('task.answered')).toMatchObject([{ taskId: 'tidy', answer: 'yes', expired: true }])
    await wait(120_000)
    expect(watched.result?.outcomes['deploy']).toEqual({ status: 'skipped', because: 'answered' })
  })

  it('about a failure is answered skip, or as its default answer says', async () => {
    const { start, wait } = simulated()
    const asked = { run: fails(), onFailure: 'ask', answerWithin: 100 } as const
    const watched = await start({
      bad: asked,
      worse: { ...asked, defaultAnswer: 'ignore' },
      child: { run: ok, needs: ['bad'] },
      other: { run: ok, needs: ['worse'] },
    })
    expect(watched.run.why('bad').sentence).toContain("(answers 'skip' by itself in 100 ms)")
    await wait(99)
    expect(watched.statuses()).toMatchObject({ bad: 'dispatched', worse: 'dispatched' })
    await wait(1)
    expect(watched.result?.outcomes).toMatchObject({
      bad: { status: 'failed', ignored: false },
      worse: { status: 'failed', ignored: true },
      child: { status: 'skipped', because: 'dependency-failed' },
      other: { status: 'completed' },
    })
  })

  it('ends the run where that is the default answer to a failure', async () => {
    const { start, wait } = simulated()
    const watched = await start({
      bad: { run: fails(), onFailure: 'ask', answerWithin: 100, defaultAnswer: 'abort' },
    })
    await wait(100)
    expect(watched.result).toMatchObject({ status: 'failed', failure: { code: 'RUN_ABORTED' } })
  })

  it('of a handler gets its default answer, or rejects; the others wait on', async () => {
    const { start, wait } = simulated()
    const heard: string[] = []
    const watched = await start({
      ask: {
        run: async ({ ask }) => {
          const hear = (name: string, answered: Promise<unknown>): Promise<unknown> =>
            answered.then(
              (answer) => heard.push(`${name} ${String(answer)}`),
              (error: Error & { code?: string }) => heard.push(`${name} ${error.code} ${error.message}`),
            )
          await Promise.all([
            hear('first', ask('Which?')),
            hear('second', ask('What?', { answerWithin: '1s' })),
            hear('third', ask('Why?', { answerWithin: 500, defaultAnswer: 'because' })),
          ])
        },
      },
    })
    await wait(500)
    expect(heard).toEqual(['third because'])
    expect(watched.run.view().tasks.get('ask')?.questions).toEqual(['Which?', 'What?'])
    await wait(500)
    expect(heard.slice(1)).toEqual(['second ANSWER_EXPIRED Nobody answered in time: What?'])
    watched.run.answer('ask', 'this')
    await wait()
    expect(heard.slice(2)).toEqual(['first this'])
    expect(
      watched.all('task.answered').map(({ answer, place, expired }) => [answer, place, expired]),
    ).toEqual([
      ['because', 2, true],
      [undefined, 1, true],
      ['this', undefined, undefined],
    ])
    expect(watched.result?.status).toBe('completed')
  })

  it('keeps no timer where somebody has answered', async () => {
    const { start, wait, clock } = simulated()
    const { run } = await start({ deploy: { run: ok, confirm, answerWithin: '1h' } })
    expect(clock.pending).toBe(1)
    run.answer('deploy', 'yes')
    await wait()
    expect(clock.pending).toBe(0)
  })
})
