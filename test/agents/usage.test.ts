import { agents, type AllowanceOptions } from 'dagmar/agents'
import { command, createRuntime, type HandlerContext, plan } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from '../runtime/desk.ts'
import { byHand, simulated } from '../runtime/watching.ts'

function played(allowance: AllowanceOptions, others: readonly string[] = []) {
  const list = [{ id: 'ada', allowance }, ...others.map((id) => ({ id }))]
  const team = agents({ list })
  const hand = desk()
  const made = simulated({ executors: { hand }, agents: team })
  const uses = (name: string, inputTokens: number, more: object = {}): void =>
    hand.say(name, { type: 'attempt.usage', usage: { inputTokens, ...more } })
  const used = () => team.usage().find(({ agentId }) => agentId === 'ada')!
  return { ...made, team, hand, uses, used }
}

const byAda = (over: object = {}) => ({ agent: 'ada', run: byHand, ...over })

describe('what an attempt says it has used', () => {
  it('is charged to its agent as it is said, by model, and stays where the attempt completes', async () => {
    const { start, hand, uses, used, team } = played({ dailyTokens: 1_000 })
    await start({ a: byAda({ model: 'small' }) })
    uses('a/1', 100, { outputTokens: 50, costUsd: 0.25 })
    expect(used()).toMatchObject({ tokens: 150, tokensLeft: 850, byModel: { small: 150 }, costUsd: 0.25 })
    uses('a/1', 10, { model: 'large' })
    hand.completes('a/1')
    expect(used()).toEqual({
      agentId: 'ada',
      tokens: 160,
      tokensLeft: 840,
      byModel: { small: 150, large: 10 },
      costUsd: 0.25,
      jobs: 1,
      jobsLeft: undefined,
      activeJobs: 0,
    })
    expect(team.list()[0]?.usage).toEqual(used())
  })

  it('is half given back where it fails, and all of it where it is killed', async () => {
    const { start, hand, uses, used, team, runtime } = played({})
    const told: string[] = []
    team.events$.subscribe((fact) => {
      if (fact.type === 'usage.recorded') told.push(`${fact.of} ${fact.tokens ?? fact.returned ?? ''}`)
    })
    await start({ a: byAda() })
    uses('a/1', 101)
    hand.fails('a/1')
    expect(used().tokens).toBe(51)
    const { run } = await start({ b: byAda() })
    uses('b/1', 1_000)
    void run.kill('b')
    hand.ends('b/1')
    expect(used()).toMatchObject({ tokens: 51, jobs: 2, activeJobs: 0 })
    expect(told).toEqual([
      'started ',
      'reported 101',
      'failed 50',
      'started ',
      'reported 1000',
      'killed 1000',
    ])
    await runtime.shutdown()
  })

  it('is heard neither after its end, nor of an earlier attempt, and no job is left behind', async () => {
    const { start, hand, uses, used, wait } = played({})
    await start({ a: byAda({ retry: { maxAttempts: 2, backoff: { base: 0 } } }) })
    hand.fails('a/1')
    await wait()
    uses('a/1', 7)
    expect(used()).toMatchObject({ tokens: 0, activeJobs: 1, jobs: 2 })
    hand.completes('a/2')
    uses('a/2', 7)
    expect(used()).toMatchObject({ tokens: 0, activeJobs: 0 })
  })

  it.each([Number.NaN, 2 ** 53, -1, 1.5, '5', Number.POSITIVE_INFINITY])(
    'counts for nothing as %s tokens',
    async (inputTokens) => {
      const { start, uses, used } = played({})
      await start({ a: byAda() })
      uses('a/1', inputTokens as number)
      expect(used().tokens).toBe(0)
    },
  )

  it('is a sign of work', async () => {
    const { start, uses, wait } = played({})
    const { statuses } = await start({ a: byAda({ stall: { after: '10s' } }) })
    await wait(9_999)
    uses('a/1', 1)
    await wait(9_999)
    expect(statuses()).toEqual({ a: 'running' })
    await wait(1)
    expect(statuses()).toEqual({ a: 'stalled' })
    uses('a/1', 1)
    expect(statuses()).toEqual({ a: 'running' })
  })

  it('does nothing for a task that needs no agent', async () => {
    const { start, uses, used } = played({})
    await start({ a: { run: byHand } })
    uses('a/1', 5)
    expect(used().tokens).toBe(0)
  })
})

describe('an attempt that uses more than its agent may spend', () => {
  it('makes its task tell a warning, once, and goes on; nothing more is granted that day', async () => {
    const { start, hand, uses } = played({ dailyTokens: 100 })
    const { all, statuses } = await start({ a: byAda(), b: byAda() })
    uses('a/1', 100)
    expect(all('task.warned')).toEqual([])
    uses('a/1', 1)
    uses('a/1', 1)
    expect(all('task.warned')).toEqual([
      expect.objectContaining({ message: 'It has used more than its agent ada may spend today.' }),
    ])
    hand.completes('a/1', 1)
    expect(statuses()).toEqual({ a: 'completed', b: 'dispatched' })
    expect(all('dispatch.quota-exceeded', 'b')[0]?.considered).toEqual([
      { agentId: 'ada', why: 'dailyTokens' },
    ])
  })

  it('is ended where that is asked for, keeps what it was charged, and goes to another agent', async () => {
    const { start, hand, uses, used, wait, team } = played({ dailyTokens: 100, onOverrun: 'kill' }, ['bob'])
    const { all } = await start({
      a: { agent: 'ada', fallback: ['bob'], retry: { maxAttempts: 3, backoff: { base: 0 } }, run: byHand },
    })
    uses('a/1', 101)
    expect(hand.asked).toContain('abort a/1')
    hand.ends('a/1')
    expect(all('task.stopping')[0]?.reason).toBe('overrun')
    expect(all('task.retrying')[0]?.failure).toMatchObject({ code: 'ALLOWANCE_EXCEEDED' })
    expect(used()).toMatchObject({ tokens: 101, activeJobs: 0 })
    await wait()
    expect(team.list().map(({ id, jobs }) => [id, jobs.length])).toEqual([
      ['ada', 0],
      ['bob', 1],
    ])
    // Not even tomorrow.
    hand.fails('a/2')
    await wait(86_400_000)
    team.heartbeat('ada')
    await wait()
    expect(all('task.dispatched').map(({ agentId }) => agentId)).not.toEqual(['ada', 'bob', 'ada'])
  })

  it('fails for good where nobody else could do it', async () => {
    const { start, hand, uses, wait } = played({ dailyTokens: 100, onOverrun: 'kill' })
    const { all } = await start({ a: byAda({ retry: { maxAttempts: 3, backoff: { base: 0 } } }) })
    uses('a/1', 101)
    hand.ends('a/1')
    await wait()
    expect(all('dispatch.no-agent')[0]?.considered).toEqual([{ agentId: 'ada', why: 'spent' }])
    expect(all('task.failed')[0]).toMatchObject({ failure: { code: 'ALLOWANCE_EXCEEDED' } })
  })
})

describe('a handler', () => {
  it('knows its agent, says what it has used, and hears of what is no amount', async () => {
    const team = agents({ list: [{ id: 'ada' }] })
    await using runtime = createRuntime({ agents: team })
    const seen: unknown[] = []
    const run = (ctx: HandlerContext): void => {
      ctx.usage({ model: 'small', inputTokens: 3 })
      for (const bad of [
        { inputTokens: Number.NaN },
        { outputTokens: 2 ** 53 },
        { token: 1 },
        { costUsd: -1 },
      ]) {
        try {
          ctx.usage(bad)
        } catch (thrown) {
          seen.push((thrown as Error).message.split(',')[0])
        }
      }
      seen.push(ctx.agent)
    }
    await runtime.run(plan({ name: 'used', tasks: { a: { agent: 'ada', run }, b: { run } } }))
    expect(seen).toEqual([
      'usage.inputTokens is NaN',
      'usage.outputTokens is 9007199254740992',
      "usage has an unknown field 'token'. Known are model",
      'usage.costUsd is -1',
      'ada',
      'usage.inputTokens is NaN',
      'usage.outputTokens is 9007199254740992',
      "usage has an unknown field 'token'. Known are model",
      'usage.costUsd is -1',
      undefined,
    ])
    expect(team.usage()[0]).toMatchObject({ tokens: 3, byModel: { small: 3 } })
  })
})

describe('a command', () => {
  it('knows its agent, and says what it has used', async () => {
    const team = agents({ list: [{ id: 'ada' }] })
    await using runtime = createRuntime({ agents: team })
    const script = `echo "::dagmar usage {\\"model\\":\\"small\\",\\"inputTokens\\":40}"; echo "::dagmar usage {\\"inputTokens\\":-1}"; echo "$DAGMAR_AGENT"`
    const run = command(script, { speaks: true })
    const handle = runtime.dispatch(plan({ name: 'used', tasks: { a: { agent: 'ada', run } } }))
    const warned: string[] = []
    const output: string[] = []
    handle.events$.subscribe((fact) => {
      if (fact.type === 'task.warned') warned.push(fact.message)
      if (fact.type === 'task.output') output.push(fact.text)
    })
    await handle.result
    expect(team.usage()[0]).toMatchObject({ tokens: 40, byModel: { small: 40 } })
    expect(output.join('\n')).toContain('ada')
    expect(warned).toEqual([expect.stringContaining('usage.inputTokens is -1')])
  })
})
