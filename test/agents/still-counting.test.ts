import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { Sessions } from '../../src/agents/sessions.ts'
import { stillCounting } from '../../src/agents/still-counting.ts'
import type { AgentFact, NewAgentFact } from '../../src/events/agent-facts.ts'
import { law } from '../laws/law.ts'

/** Facts with their numbers, a second after each other. */
const told = (facts: readonly NewAgentFact[]): readonly AgentFact[] =>
  facts.map((fact, index) => ({ seq: index + 1, at: index * 1_000, ...fact }) as AgentFact)

const ada = { agentId: 'ada' }
const registered = { type: 'agent.registered', ...ada, capabilities: [], maxLoad: 1 } as const
const used = { type: 'usage.recorded', ...ada, runId: 'r', taskId: 'a', attempt: 1 } as const
const seqs = (facts: readonly NewAgentFact[]) => stillCounting(told(facts)).map(({ seq }) => seq)

describe('of the facts about agents', () => {
  it('the last registration of those who are there counts, and their last sign since', () => {
    expect(
      seqs([
        registered,
        { type: 'agent.busy', ...ada, load: 1 },
        registered,
        { type: 'agent.busy', ...ada, load: 1 },
        { type: 'agent.available', ...ada, load: 0 },
        { type: 'agent.offline', ...ada, silentMs: 1 },
        { ...registered, agentId: 'bob' },
        { type: 'agent.deregistered', agentId: 'bob' },
      ]),
    ).toEqual([3, 5])
  })

  it('what is reserved counts until it is over, and not what was charged for it', () => {
    const started = { ...used, of: 'started' } as const
    expect(
      seqs([
        started,
        { ...used, of: 'reported', tokens: 5 },
        { ...started, attempt: 2 },
        { ...used, of: 'completed', returned: 0 },
      ]),
    ).toEqual([3])
  })
})

it('of two kept sessions whose run is over, the one that came free later goes on first, as with all facts', () => {
  const of = { agentId: 'ada', runId: 'run-0', taskId: 'a' }
  const facts = told([
    { type: 'session.opened', ...of, attempt: 1, sessionId: 's0' },
    { type: 'session.opened', ...of, attempt: 2, sessionId: 's1' },
    { type: 'session.freed', agentId: 'ada', runId: 'run-0', sessionId: 's0' },
    { type: 'session.freed', agentId: 'ada', runId: 'run-0', sessionId: 's1' },
    { type: 'session.freed', agentId: 'ada', sessionId: 's0' },
    { type: 'session.freed', agentId: 'ada', sessionId: 's1' },
  ])
  expect(comesBack(facts).taken.slice(0, 2)).toEqual(['s1', 's0'])
  expect(comesBack(stillCounting(facts))).toEqual(comesBack(facts))
})

type Move = {
  readonly do: 'take' | 'open' | 'end' | 'run-ended'
  readonly run: number
  readonly which: number
}
const anyMove: fc.Arbitrary<Move> = fc.record({
  // Most come free, and are taken again.
  do: fc.constantFrom('take', 'take', 'open', 'open', 'end', 'end', 'run-ended'),
  run: fc.nat(1),
  which: fc.nat(7),
})

/** Sessions as they are moved; says what was told, and what comes back of the facts. */
function moved(moves: readonly Move[]): readonly AgentFact[] {
  const facts: AgentFact[] = []
  const sessions = new Sessions((fact, at) => facts.push({ seq: facts.length + 1, at, ...fact } as AgentFact))
  sessions.setPolicy('ada', { keep: true, idleMs: 1e9 })
  let attempts = 0
  const live: { readonly runId: string; readonly taskId: string; readonly attempt: number }[] = []
  for (const [at, { do: what, run, which }] of moves.entries()) {
    const runId = `run-${run}`
    const job = live[which % Math.max(1, live.length)]
    if (what === 'take') {
      live.push({ runId, taskId: 'a', attempt: ++attempts })
      sessions.take('ada', live.at(-1)!, at)
    } else if (what === 'run-ended') sessions.runEnded(runId, at)
    else if (job !== undefined && what === 'open') sessions.open('ada', job, `s${which % 4}`, at)
    else if (job !== undefined) {
      live.splice(live.indexOf(job), 1)
      sessions.end(job, which === 7 ? 'failed' : 'completed', at)
    }
  }
  return facts
}

/** What attempts of either run would go on with, one after the other. */
function comesBack(facts: readonly AgentFact[]) {
  const sessions = new Sessions(() => undefined)
  sessions.setPolicy('ada', { keep: true, idleMs: 1e9 })
  for (const fact of facts) if ('sessionId' in fact) sessions.apply(fact, fact.at)
  const list = sessions.list('ada')
  const taken = Array.from({ length: 8 }, (_, index) =>
    sessions.take('ada', { runId: `run-${index % 2}`, taskId: 'later', attempt: index }, 1_000),
  )
  return { list, taken }
}

law(
  'the facts about sessions that still count bring back what all of them do',
  fc.tuple(fc.array(anyMove, { minLength: 20, maxLength: 80 }), fc.nat()),
  ([moves, at]) => {
    const facts = moved(moves)
    const cut = at % (facts.length + 1)
    const kept = stillCounting(facts.slice(0, cut))
    expect(comesBack([...kept, ...facts.slice(cut)])).toEqual(comesBack(facts))
  },
)
