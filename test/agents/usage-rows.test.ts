import { describe, expect, it } from 'vitest'
import { usageRows } from '../../src/agents/usage-rows.ts'
import type { AgentFact, UsageFact } from '../../src/events/agent-facts.ts'

const noon = Date.UTC(2026, 10, 26, 12)
const fact = (seq: number, more: Partial<UsageFact> & Pick<UsageFact, 'of'>): AgentFact => ({
  seq,
  at: noon,
  type: 'usage.recorded',
  agentId: 'ada',
  runId: 'one',
  taskId: 'draft',
  attempt: 1,
  ...more,
})

const facts: readonly AgentFact[] = [
  { seq: 1, at: noon, type: 'agent.available', agentId: 'ada', load: 0 },
  fact(2, { of: 'started' }),
  fact(3, { of: 'reported', tokens: 101, costUsd: 0.5, model: 'small' }),
  fact(4, { of: 'failed', returned: 50, model: 'small' }),
  fact(5, { of: 'started', agentId: 'bob', runId: 'two' }),
  fact(6, { of: 'reported', agentId: 'bob', runId: 'two', tokens: 7, at: noon + 86_400_000 }),
  fact(7, { of: 'started', agentId: 'bob', runId: 'two' }),
  fact(8, { of: 'undone', agentId: 'bob', runId: 'two' }),
]

describe('what agents have used', () => {
  it('is what was charged less what was returned, by agent, model, job or day', () => {
    const ada = { tokens: 51, costUsd: 0.5 }
    expect(usageRows(facts, 'agent')).toEqual([
      { key: 'ada', ...ada, attempts: 1 },
      { key: 'bob', tokens: 7, costUsd: 0, attempts: 1 },
    ])
    expect(usageRows(facts, 'job').map(({ key }) => key)).toEqual(['one', 'two'])
    expect(usageRows(facts, 'model')).toMatchObject([
      { key: 'small', ...ada },
      { key: '', tokens: 7 },
    ])
    expect(usageRows(facts, 'day')).toMatchObject([
      { key: '2026-11-26', tokens: 51 },
      { key: '2026-11-27', tokens: 7 },
    ])
  })

  it('is asked for since an instant, too', () => {
    expect(usageRows(facts, 'agent', noon + 1)).toEqual([{ key: 'bob', tokens: 7, costUsd: 0, attempts: 0 }])
    expect(usageRows([], 'day')).toEqual([])
  })
})
