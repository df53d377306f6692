import { describe, expect, it } from 'vitest'
import type { AgentOptions } from '../../src/runtime/agents/agent-options.ts'
import { type AnyDag, dag, DagmarError } from '../../src/index.ts'
import {
  checkDag as checkDagFor,
  type CheckDagOptions,
  type DagReport,
  type FindingCode,
} from '../../src/check/index.ts'

const work = () => 'done'
/** Few random runs: what a single fault does is found without them. */
const checkDag = (checked: AnyDag, options: CheckDagOptions) => checkDagFor(checked, { runs: 20, ...options })
const found = (report: DagReport, code: FindingCode) => {
  const finding = report.findings.find((one) => one.code === code)
  if (finding === undefined) throw new Error(`There is no ${code} in:\n${report.toString()}`)
  return finding
}
const codes = (report: DagReport) => report.findings.map(({ code }) => code)

const ada: AgentOptions = { id: 'ada', capabilities: ['write', 'review'], maxLoad: 2 }
const bob: AgentOptions = { id: 'bob', capabilities: ['write', 'review'] }
const patient = { timeout: '10m', stall: { after: '1m', grace: '30s' }, retry: { maxAttempts: 2 } } as const
const article = dag('article', { defaults: patient })
  .task('draft', { requires: ['write'] }, work)
  .task('check', { needs: ['draft'], requires: ['review'] }, work)

describe('a dag whose agents can stand in for each other', () => {
  it('gets over all that may happen to one of them', async () => {
    const allowed = { dailyTokens: 1_000, onOverrun: 'kill' as const }
    const report = await checkDag(article, { agents: [{ ...ada, allowance: allowed }, bob] })
    expect(codes(report)).toEqual([])
    expect(report.explored.agentFaults).toBe(13)
    expect(report.toString()).toContain('single faults, 13 of agents, ')
  })

  it('is told where an attempt more would be needed for that', async () => {
    const once = dag('article', { defaults: { ...patient, retry: { maxAttempts: 1 } } }).task(
      'draft',
      { requires: ['write'] },
      work,
    )
    const finding = found(await checkDag(once, { agents: [ada, bob] }), 'AGENT_NOT_REPLACED')
    expect(finding).toMatchObject({ severity: 'warning', taskIds: ['draft'] })
    expect(finding.sentence).toBe(
      'bob can do draft as well as ada, but if ada goes while it works, draft fails with AGENT_GONE after its only attempt; if it vanishes or hangs, it fails with ATTEMPT_STALLED after its only attempt.',
    )
    expect(finding.hint).toBe(
      'Allow one more attempt, as in retry: { maxAttempts: 2 }, which goes to another agent.',
    )
    expect(finding.agentFaults).toEqual([{ agentId: 'ada', kind: 'agent-gone', during: 1 }])
    expect(finding.story.join('\n')).toContain('draft being ended: agent gone')
  })

  it('needs as many attempts as its fallbacks have agents before one that is well', async () => {
    const chain = (maxAttempts: number) =>
      dag('chain', { defaults: { ...patient, retry: { maxAttempts } } }).task(
        'draft',
        { agent: 'ada', fallback: ['bob'] },
        work,
      )
    expect(codes(await checkDag(chain(2), { agents: [ada, bob] }))).toEqual([])
    expect(codes(await checkDag(chain(1), { agents: [ada, bob] }))).toEqual(['AGENT_NOT_REPLACED'])
  })
})

describe('a task that nothing ends', () => {
  it('is not said to hang for what only happened to it when its agent hung', async () => {
    const retry = { maxAttempts: 2 }
    const endless = dag('endless')
      .task('a', { requires: ['write'], retry }, work)
      .task('b', { agent: 'ada' }, work)
    const finding = found(await checkDag(endless, { agents: [ada], runs: 100 }), 'RUN_NEVER_SETTLES')
    expect(finding.sentence).toMatch(/^A run never settles when any of 2 tasks \(a and b\) hangs: /)
  })
})

describe('a task that only one agent can do', () => {
  it('is named with that agent, how it ends, and what to change', async () => {
    const report = await checkDag(article, { agents: [ada, { ...bob, capabilities: ['write'] }] })
    expect(report.ok).toBe(true)
    const finding = found(report, 'AGENT_ALONE')
    expect(finding.sentence).toBe(
      'Only ada can do check: if ada is gone, check is a dead letter after 15.0 s; if it vanishes or hangs, it fails with ATTEMPT_STALLED after 2 attempts.',
    )
    expect(finding.hint).toBe(
      'Let another agent have what it requires (review); or let the dag be ready for its failure.',
    )
    expect(finding.agentFaults).toEqual([{ agentId: 'ada', kind: 'agent-gone', during: 0 }])
  })

  it('is no finding where the dag goes on without it', async () => {
    const ready = dag('article', { defaults: patient }).task(
      'draft',
      { requires: ['write'], onFailure: 'ignore' },
      work,
    )
    expect(codes(await checkDag(ready, { agents: [ada] }))).toEqual([])
  })

  it('is told to have another agent named where it names its own', async () => {
    const named = dag('article', { defaults: patient }).task('draft', { agent: 'ada' }, work)
    expect(found(await checkDag(named, { agents: [ada, bob] }), 'AGENT_ALONE').hint).toContain(
      'Name another agent that may do it, as in fallback: [other]',
    )
  })

  it('makes the run end at its timeout where it waits for somebody to come', async () => {
    const limited = dag('article', { timeout: '1h', defaults: patient }).task(
      'draft',
      { requires: ['write'] },
      work,
    )
    const report = await checkDag(limited, { agents: { list: [ada], dispatch: { onNoAgent: 'wait' } } })
    expect(codes(report)).toEqual(['AGENT_ALONE'])
    expect(report.findings[0]!.sentence).toContain(
      "if ada is gone, draft is not over when the run's timeout comes",
    )
  })
})

describe('a task that waits for agents', () => {
  it('never settles where nobody comes', async () => {
    const report = await checkDag(article, { agents: { list: [ada], dispatch: { onNoAgent: 'wait' } } })
    const finding = found(report, 'RUN_NEVER_SETTLES')
    expect(report).toMatchObject({ ok: false, settles: false })
    expect(finding.sentence).toBe(
      'A run never settles when ada is gone: draft waits for an agent, and nobody comes. Up to 1 task starves of it.',
    )
    expect(finding.agentFaults).toEqual([{ agentId: 'ada', kind: 'agent-gone', during: 0 }])
  })

  it('waits for the next day where the allowance is spent, which is told with its length', async () => {
    const agents = [{ ...ada, allowance: { dailyJobs: 5 } }]
    const finding = found(await checkDag(article, { agents }), 'AGENT_WAITS_FOR_DAY')
    expect(finding.sentence).toBe(
      'When ada has spent its allowance, draft and check wait until 00:00 UTC: in this run for 23 h 43 min, at other hours for up to 24 h.',
    )
  })

  it('does so even when nothing goes wrong where the allowance is too small for the dag', async () => {
    const agents = [{ ...ada, allowance: { dailyJobs: 1 } }]
    const report = await checkDag(article, { agents })
    expect(found(report, 'AGENT_WAITS_FOR_DAY')).toMatchObject({ taskIds: ['check'], agentFaults: [] })
    expect(found(report, 'AGENT_WAITS_FOR_DAY').sentence).toContain(
      'Even when nothing goes wrong, check waits',
    )
  })

  it('is a dead letter soon where a spent allowance costs dispatch attempts', async () => {
    const list = [{ ...ada, allowance: { dailyTokens: 100 } }]
    const report = await checkDag(article, { agents: { list, dispatch: { onQuotaExceeded: 'retry' } } })
    expect(codes(report)).not.toContain('AGENT_WAITS_FOR_DAY')
    expect(found(report, 'AGENT_ALONE').sentence).toContain(
      'if ada is gone or has spent its allowance, draft is a dead letter after 15.0 s',
    )
  })
})

describe('agents that are too few for the dag', () => {
  it('fail it without any fault, which says what they lack', async () => {
    const finding = found(
      await checkDag(article, { agents: [{ ...ada, capabilities: ['write'] }] }),
      'FAILS_WITHOUT_FAULT',
    )
    expect(finding.sentence).toContain('because of check: No agent can do it: ada lacks a capability.')
    expect(finding.hint).toContain('what the tasks require')
  })

  it('do not make rules look as if they were never met', async () => {
    const report = await checkDag(article, { agents: [] })
    expect(codes(report)).toEqual(['FAILS_WITHOUT_FAULT'])
  })

  it('are a limit: one that takes one attempt at a time has the others wait', async () => {
    const wide = dag('wide', { defaults: patient })
      .task('a', { requires: ['write'] }, work)
      .task('b', { requires: ['write'] }, work)
    let most = 0
    await checkDag(wide, {
      agents: [bob],
      runs: 0,
      promises: {
        'one at a time': (_, { trace }) => {
          if (trace.overlap('a', 'b')) most = 2
        },
      },
    })
    expect(most).toBe(0)
  })
})

describe('the search', () => {
  it('finds the same with the same seed, by fault kinds that can be chosen', async () => {
    const options = { agents: [ada], seed: 7, faults: ['agent-hangs', 'agent-gone'] as const }
    const [one, other] = [await checkDag(article, options), await checkDag(article, options)]
    expect(JSON.stringify(one)).toBe(JSON.stringify(other))
    expect(one.explored).toMatchObject({ singleFaults: 0, agentFaults: 3 })
  })

  it('has coordinators die while agents work', async () => {
    const faults = ['agent-hangs', 'agent-spent', 'agent-gone'] as const
    const report = await checkDag(article, { agents: [ada, bob], crashes: true, runs: 50, faults })
    expect(codes(report)).toEqual(['CRASH_REPEATS_ATTEMPT'])
  })

  it('holds promises against runs in which agents go wrong', async () => {
    const report = await checkDag(article, {
      agents: [ada],
      faults: ['agent-gone'],
      runs: 0,
      promises: { 'the article is checked': ({ outcomes }) => outcomes['check']?.status === 'completed' },
    })
    expect(found(report, 'PROMISE_BROKEN')).toMatchObject({
      agentFaults: [{ agentId: 'ada', kind: 'agent-gone', during: 0 }],
      sentence: "The promise 'the article is checked' is broken when ada is gone (in 2 of 3 runs).",
    })
  })

  it('has random runs in which the day ends', async () => {
    const starts = new Set<number>()
    await checkDag(article, {
      agents: [{ ...ada, allowance: { dailyJobs: 9 } }, bob],
      runs: 150,
      promises: {
        'whatever happens': (_, { facts }) => {
          starts.add(86_400_000 - facts[0]!.at)
        },
      },
    })
    expect(starts.has(15) && starts.has(60_000)).toBe(true)
  })

  it('looks at no agents in a dag that asks for none', async () => {
    const plain = dag('plain', { defaults: patient }).task('a', work)
    const report = await checkDag(plain, { agents: [ada] })
    expect(report.explored).toEqual((await checkDag(plain, {})).explored)
  })

  it('refuses agents that are none', async () => {
    const bad = checkDag(article, { agents: [{ id: 'ada', maxLoad: -1 }] })
    await expect(bad).rejects.toThrow(DagmarError)
    await expect(bad).rejects.toThrow(/maxLoad/)
  })
})
