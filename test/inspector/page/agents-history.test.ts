import { createRuntime, plan } from 'dagmar'
import { agents } from 'dagmar/agents'
import { describe, expect, it } from 'vitest'
import type { AgentFact, NewAgentFact } from '../../../src/events/agent-facts.ts'
import { AgentsHistory } from '../../../src/inspector/page/state/agents-history.ts'
import type { Desk } from '../../../src/runtime/agents/desk.ts'
import { watchAgents } from '../../../src/runtime/agents/watch-agents.ts'

const noon = Date.UTC(2026, 0, 15, 12)
const attempt = { runId: 'run', taskId: 'a', attempt: 1 }

/** Facts a second apart. */
function told(facts: readonly (NewAgentFact & { readonly at?: number })[]): AgentsHistory {
  const history = new AgentsHistory()
  facts.forEach((fact, index) =>
    history.take({
      kind: 'agent-fact',
      fact: { seq: index + 1, at: noon + index * 1_000, ...fact } as AgentFact,
    }),
  )
  return history
}

const registered: NewAgentFact = {
  type: 'agent.registered',
  agentId: 'ada',
  capabilities: ['write'],
  maxLoad: 1,
}
const used = (of: string, rest: object = {}) =>
  ({ type: 'usage.recorded', agentId: 'ada', of, ...attempt, ...rest }) as NewAgentFact

describe('the agents at an instant', () => {
  it('are what was told of them up to there', () => {
    const history = told([
      registered,
      used('started', { model: 'small' }),
      { type: 'agent.busy', agentId: 'ada', load: 1 },
      used('reported', { model: 'small', tokens: 101, costUsd: 0.5 }),
      used('failed', { model: 'small', returned: 50 }),
      { type: 'agent.available', agentId: 'ada', load: 0 },
      { type: 'agent.offline', agentId: 'ada', silentMs: 9 },
      { type: 'agent.deregistered', agentId: 'ada' },
    ])
    const at = (seconds: number) => history.at('ada', noon + seconds * 1_000)
    expect(at(-1)).toBeUndefined()
    expect(at(0)).toMatchObject({ status: 'available', load: 0, jobs: 0, maxLoad: 1 })
    expect(at(2.5)).toMatchObject({ status: 'busy', load: 1, jobs: 1, tokens: 0 })
    expect(at(3)).toMatchObject({ tokens: 101, byModel: { small: 101 }, costUsd: 0.5 })
    expect(at(5)).toMatchObject({ status: 'available', load: 0, tokens: 51, byModel: { small: 51 }, jobs: 1 })
    expect(at(6)?.status).toBe('offline')
    expect(at(9)?.status).toBe('gone')
    expect(history.bars.get('ada')).toEqual([
      { ...attempt, from: noon + 1_000, to: noon + 4_000, end: 'failed' },
    ])
  })

  it('begin each day at 00:00 UTC with nothing used', () => {
    const midnight = Date.UTC(2026, 0, 16)
    const model = 'small'
    const history = told([registered, used('started'), used('reported', { tokens: 10, model })])
    expect(history.at('ada', midnight - 1)).toMatchObject({ tokens: 10, jobs: 1 })
    expect(history.at('ada', midnight)).toMatchObject({ tokens: 0, jobs: 0, load: 1 })
    const next = [
      used('started', { taskId: 'b' }),
      used('reported', { taskId: 'b', tokens: 20, model }),
      used('reported', { tokens: 4, model }),
      // What was charged on the day before is not given back to this one.
      used('killed', { returned: 4 }),
    ]
    next.forEach((fact, index) =>
      history.take({
        kind: 'agent-fact',
        fact: { seq: 4 + index, at: midnight + index, ...fact } as AgentFact,
      }),
    )
    expect(history.at('ada', midnight + 4)).toMatchObject({
      tokens: 20,
      byModel: { small: 20 },
      jobs: 1,
      load: 1,
    })
  })

  it('are known however long a page is open, which lets go of what was told first', () => {
    const history = told([
      registered,
      ...Array.from({ length: 30_000 }, () => used('reported', { tokens: 1 })),
    ])
    expect(history.facts.get('ada')!.length).toBeLessThanOrEqual(25_000)
    expect(history.entries.length).toBeLessThanOrEqual(25_000)
    expect(history.at('ada', noon + 30_000_000)).toMatchObject({ status: 'available', maxLoad: 1 })
    expect(history.at('ada', noon + 30_000_000)!.tokens).toBeGreaterThan(0)
  })

  it('are as the desk has them, when facts come that they have taken in already', async () => {
    const team = agents({ list: [{ id: 'ada', allowance: { dailyTokens: 900 } }, { id: 'bob' }] })
    await using runtime = createRuntime({ agents: team })
    const history = new AgentsHistory()
    const work = plan({
      name: 'work',
      tasks: {
        a: { agent: 'ada', run: ({ usage }) => usage({ model: 'small', inputTokens: 40 }) },
        b: {
          agent: 'bob',
          needs: ['a'],
          onFailure: 'ignore',
          run: ({ usage }) => {
            usage({ model: 'large', inputTokens: 7, outputTokens: 8, costUsd: 0.25 })
            throw new Error('no')
          },
        },
        c: { agent: 'ada', needs: ['b'], when: 'always', run: ({ usage }) => usage({ inputTokens: 2 }) },
      },
    })
    await runtime.dispatch(work).result
    let late: readonly AgentFact[] = []
    watchAgents(team.desk as Desk).subscribe((one) => {
      if ('facts' in one) late = [...late, ...one.facts]
      else
        for (const agent of one.agents)
          history.take({ kind: 'agent', at: Date.now(), afterSeq: one.seq, agent })
    })
    for (const fact of late) history.take({ kind: 'agent-fact', fact })
    await runtime.dispatch(work).result
    for (const fact of late.slice(-30)) history.take({ kind: 'agent-fact', fact })
    for (const { id, status, load, usage } of team.list()) {
      const { tokens, byModel, costUsd, jobs } = usage
      expect(history.at(id, Date.now())).toMatchObject({ status, load, tokens, byModel, costUsd, jobs })
    }
  })
})
