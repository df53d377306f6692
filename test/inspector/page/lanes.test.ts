import { describe, expect, it } from 'vitest'
import type { AgentFact } from '../../../src/events/agent-facts.ts'
import type { NewRunFact, RunFact } from '../../../src/events/facts.ts'
import { agentIds, laneRows } from '../../../src/inspector/page/agents/lanes.ts'
import { AgentsHistory } from '../../../src/inspector/page/state/agents-history.ts'
import { TimelineModel } from '../../../src/inspector/page/timeline/timeline-model.ts'
import { created, taskOf } from '../../events/made-facts.ts'

function runOf(facts: readonly (readonly [at: number, fact: NewRunFact])[]): TimelineModel {
  const model = new TimelineModel()
  const structure = ['a', 'b', 'c'].map((id) => taskOf(id, []))
  const all = [[0, { ...created, structure } as NewRunFact] as const, ...facts]
  all.forEach(([at, fact], index) => model.apply({ ...fact, seq: index + 1, at, runId: 'run' } as RunFact))
  return model
}

const takes = (taskId: string, agentId: string): NewRunFact => ({
  type: 'task.dispatched',
  taskId,
  attempt: 1,
  executor: 'inline',
  agentId,
})
const ends = (taskId: string): NewRunFact => ({ type: 'task.completed', taskId, attempt: 1, output: 1 })

function others(attempts: readonly (readonly [runId: string, from: number, to?: number])[]): AgentsHistory {
  const history = new AgentsHistory()
  let seq = 0
  const tell = (at: number, of: string, runId: string) =>
    history.take({
      kind: 'agent-fact',
      fact: {
        seq: ++seq,
        at,
        type: 'usage.recorded',
        agentId: 'ada',
        of,
        runId,
        taskId: 'x',
        attempt: 1,
      } as AgentFact,
    })
  for (const [runId, from] of attempts) tell(from, 'started', runId)
  for (const [runId, , to] of attempts) if (to !== undefined) tell(to, 'overrun', runId)
  return history
}

const shown = (model: TimelineModel, agents: AgentsHistory, runId = 'run') =>
  laneRows(model, agents, runId, agentIds(model, agents)).map(({ id, spans }) => [
    id,
    spans.map(({ from, to, attempt }) => [attempt!.runId ?? attempt!.taskId, from, to]),
  ])

describe('the lanes of agents', () => {
  it('are as many as an agent had attempts at once, and none overlap', () => {
    const model = runOf([
      [10, takes('a', 'bob')],
      [20, takes('b', 'bob')],
      [30, ends('a')],
      [30, takes('c', 'bob')],
    ])
    const none = new AgentsHistory()
    expect(shown(model, none)).toEqual([
      [
        'bob',

        [
          ['a', 10, 30],
          ['c', 30, Infinity],
        ],
      ],
      ['bob', [['b', 20, Infinity]]],
    ])
  })

  it('have the attempts of other runs below those of this one, as far as they went on at the same time', () => {
    const model = runOf([
      [100, takes('a', 'ada')],
      [200, ends('a')],
      [300, { type: 'run.completed' }],
    ])
    const agents = others([
      ['run', 100, 200],
      ['before', -20, -10],
      ['other', 50, 150],
      ['later', 400],
    ])
    expect(shown(model, agents)).toEqual([
      ['ada', [['a', 100, 200]]],
      ['ada', [['other', 50, 150]]],
    ])
    const [, second] = laneRows(model, agents, 'run', ['ada'])
    expect(second!.spans[0]!.attempt!.end).toBe('failed')
  })

  it('have a row for an agent that has done nothing', () => {
    const agents = new AgentsHistory()
    agents.take({
      kind: 'agent-fact',
      fact: { seq: 1, at: 1, type: 'agent.registered', agentId: 'ada', capabilities: [], maxLoad: 1 },
    })
    expect(shown(runOf([]), agents)).toEqual([['ada', []]])
  })
})
