import { createRuntime, plan, type Runtime } from 'dagmar'
import { type AgentFact, type Agents, agents, type AgentsOptions } from 'dagmar/agents'
import { Observable, Subject } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { inspect, inspectElsewhere } from '../../src/inspector/inspect.ts'
import { type RunsElsewhere, runsSource } from '../../src/inspector/recording/runs-source.ts'
import type { Desk } from '../../src/runtime/agents/desk.ts'
import { type AgentsTold, watchAgents } from '../../src/runtime/agents/watch-agents.ts'
import { ProtocolClient } from './protocol-client.ts'
import { until } from './until.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
})

const log = '.agents'

function runtimeWith(options: AgentsOptions): { readonly runtime: Runtime; readonly team: Agents } {
  const team = agents(options)
  return { runtime: createRuntime({ agents: team }), team }
}

async function clientOf(url: string): Promise<ProtocolClient> {
  const client = await new ProtocolClient(url).ready()
  open.push(client)
  return client
}

async function inspected(runtime: Runtime): Promise<ProtocolClient> {
  const inspector = await inspect(runtime)
  open.push(inspector)
  const client = await clientOf(inspector.url)
  client.say({ type: 'follow', log, after: 0 })
  return client
}

/** A task that an agent does until it is let go. */
function held() {
  let letGo = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const dag = plan({
    name: 'held',
    tasks: {
      write: { requires: ['write'], run: () => gate },
      after: { needs: ['write'], run: () => undefined },
    },
  })
  return { dag, letGo: () => letGo() }
}

const seqsIn = (client: ProtocolClient): readonly number[] =>
  client.entries(log, 'agent-fact').map(({ fact }) => fact.seq)

describe('the agents of a runtime', () => {
  it('are told as they are, with what was told of them before anybody looked, and then what they do', async () => {
    const { runtime, team } = runtimeWith({
      list: [{ id: 'ada', capabilities: ['write'], allowance: { dailyJobs: 5 } }, { id: 'bob' }],
    })
    const { dag, letGo } = held()
    const run = runtime.dispatch(dag)
    await until(() => team.list()[0]?.load === 1)
    const client = await inspected(runtime)
    await until(() => client.entries(log, 'agent').length === 2)
    expect(client.entries(log, 'agent').map(({ agent }) => [agent.id, agent.status, agent.load])).toEqual([
      ['ada', 'busy', 1],
      ['bob', 'available', 0],
    ])
    expect(client.entries(log, 'agent')[0]).toMatchObject({
      agent: {
        maxLoad: 1,
        ttlMs: 300_000,
        allowance: { dailyJobs: 5 },
        jobs: [{ runId: run.id, taskId: 'write', attempt: 1 }],
        usage: { jobs: 1, jobsLeft: 4 },
      },
    })
    // What was told so far is in that already.
    const known = client.entries(log, 'agent')[0]!.afterSeq
    expect(seqsIn(client)).toEqual(Array.from({ length: known }, (_, index) => index + 1))
    letGo()
    await run.result
    await until(() => seqsIn(client).length > known + 1)
    expect(client.entries(log, 'agent-fact').slice(known)).toMatchObject([
      { fact: { type: 'agent.available', agentId: 'ada' } },
      { fact: { type: 'usage.recorded', agentId: 'ada', of: 'completed', taskId: 'write' } },
    ])
    await runtime.shutdown()
  })

  it('begin their log with the machine of an agent, and no machine of a run', async () => {
    const { runtime } = runtimeWith({ list: [{ id: 'ada' }] })
    const client = await inspected(runtime)
    await until(() => client.entries(log, 'agent').length === 1)
    expect(client.entries(log, 'machine').map(({ machine }) => machine)).toEqual(['agent'])
    expect(client.entries(log, 'machine')[0]!.root.states.map(({ key }) => key)).toEqual([
      'available',
      'busy',
      'offline',
    ])
    await runtime.shutdown()
  })

  it('show the actor of one of them while somebody looks, with what led to its state', async () => {
    const { runtime, team } = runtimeWith({ list: [{ id: 'ada', capabilities: ['write'] }, { id: 'bob' }] })
    const client = await inspected(runtime)
    client.say({ type: 'look', log, events: false, actor: 'agent/ada' })
    await until(() => client.entries(log, 'snapshot').length === 1)
    expect(client.entries(log, 'actor')).toMatchObject([
      { actor: 'agent/ada', machine: 'agent', logic: 'machine' },
    ])
    expect(client.entries(log, 'snapshot')[0]).toMatchObject({
      active: ['agent', 'agent.available'],
      accepts: [],
    })
    team.heartbeat('bob')
    team.heartbeat('ada')
    const { dag, letGo } = held()
    const run = runtime.dispatch(dag)
    await until(() => client.entries(log, 'snapshot').length === 3)
    expect(client.entries(log, 'snapshot').slice(1)).toMatchObject([
      { actor: 'agent/ada', active: ['agent', 'agent.available'], event: 'agent.heartbeat' },
      { actor: 'agent/ada', active: ['agent', 'agent.busy'], event: 'agent.take', context: { load: 1 } },
    ])
    client.say({ type: 'look', log, events: false })
    client.say({ type: 'follow', log: '', after: 0 })
    await until(() => client.entries('', 'run').length === 1)
    letGo()
    await run.result
    await until(() => client.entries(log, 'agent-fact').at(-1)?.fact.type === 'usage.recorded')
    expect(client.entries(log, 'snapshot')).toHaveLength(3)
    await runtime.shutdown()
  })

  it('are resumed after the last entry that a client has, without gap or repeat', async () => {
    const { runtime, team } = runtimeWith({ list: [{ id: 'ada' }] })
    const inspector = await inspect(runtime)
    open.push(inspector)
    const first = await clientOf(inspector.url)
    first.say({ type: 'follow', log, after: 0 })
    await until(() => first.numbered(log).length >= 3)
    await first.close()
    const last = first.numbered(log).at(-1)![0]
    team.register({ id: 'bob' })
    team.deregister('ada')
    const second = await clientOf(inspector.url)
    second.say({ type: 'follow', log, after: last })
    await until(() => seqsIn(second).length === 2)
    team.deregister('bob')
    await until(() => seqsIn(second).length === 3)
    expect(second.numbered(log).map(([number]) => number)).toEqual([last + 1, last + 2, last + 3])
    expect([...seqsIn(first), ...seqsIn(second)]).toEqual([1, 2, 3, 4])
    await runtime.shutdown()
  })

  it('are refused where a runtime has none, and where it is asked for events that agents may not be sent', async () => {
    const bare = createRuntime()
    const client = await inspected(bare)
    await until(() => client.messages.some(({ type }) => type === 'refused'))
    expect(client.messages.at(-1)).toMatchObject({ type: 'refused', code: 'RUN_UNKNOWN' })
    await bare.shutdown()

    const { runtime } = runtimeWith({ list: [{ id: 'ada' }] })
    const inspector = await inspect(runtime, { control: true })
    open.push(inspector)
    const other = await clientOf(inspector.url)
    other.say({ type: 'follow', log, after: 0 })
    const event = { type: 'agent.take' }
    const answer = await other.ask({
      type: 'command',
      id: 1,
      log,
      command: 'send',
      actor: 'agent/ada',
      event,
    })
    expect(answer).toMatchObject({ type: 'refused', code: 'ACTOR_UNKNOWN' })
    await runtime.shutdown()
  })

  it('are watched by nobody before a client follows them', async () => {
    const { runtime, team } = runtimeWith({ list: [{ id: 'ada' }] })
    const inspector = await inspect(runtime)
    open.push(inspector)
    const client = await clientOf(inspector.url)
    client.say({ type: 'follow', log: '', after: 0 })
    await until(() => client.batches('').length > 0)
    const { log: told } = team.desk as Desk
    let subscribed = 0
    const { events$ } = told
    Object.defineProperty(told, 'events$', {
      value: new Observable<AgentFact>((to) => {
        subscribed++
        return events$.subscribe(to)
      }),
    })
    expect(subscribed).toBe(0)
    client.say({ type: 'follow', log, after: 0 })
    await until(() => client.entries(log, 'agent').length === 1)
    expect(subscribed).toBe(1)
    await runtime.shutdown()
  })
})

describe('what is told of agents', () => {
  it('comes again, with the agents as they are, to whoever asks later', async () => {
    const { runtime, team } = runtimeWith({ list: [{ id: 'ada' }] })
    team.register({ id: 'bob' })
    const told: AgentsTold[] = []
    watchAgents(team.desk as Desk)
      .subscribe((one) => told.push(one))
      .unsubscribe()
    expect(told).toMatchObject([
      { facts: [{ type: 'agent.registered' }, { type: 'agent.registered' }] },
      { agents: [{ id: 'ada' }, { id: 'bob' }], seq: 2 },
    ])
    await runtime.shutdown()
  })
})

describe('the agents of runs in another process', () => {
  const ada = (status: 'available' | 'busy') => ({
    id: 'ada',
    capabilities: [],
    status,
    load: 0,
    maxLoad: 1,
    lastHeartbeatAt: 5,
    sessions: [],
    jobs: [],
    usage: {
      agentId: 'ada',
      tokens: 0,
      byModel: {},
      costUsd: 0,
      jobs: 0,
      activeJobs: 0,
      tokensLeft: undefined,
      jobsLeft: undefined,
    },
  })
  const nothingElse: RunsElsewhere = {
    runs$: new Observable((to) => to.next([])),
    events: () => new Observable(),
    why: () => Promise.reject(new Error('not asked')),
    command: () => Promise.reject(new Error('not asked')),
  }
  const fact = (seq: number): AgentFact => ({
    seq,
    at: seq,
    type: 'agent.available',
    agentId: 'ada',
    load: 0,
  })

  it('are shown the same, and what is told again after a loss stands there once', async () => {
    const told$ = new Subject<AgentsTold>()
    const inspector = await inspectElsewhere({ ...nothingElse, agents$: told$ })
    open.push(inspector)
    const client = await clientOf(inspector.url)
    client.say({ type: 'follow', log, after: 0 })
    await until(() => client.entries(log, 'machine').length === 1)
    told$.next({ facts: [fact(4), fact(5)] })
    told$.next({ agents: [ada('busy')], seq: 5 })
    told$.next({ facts: [fact(4), fact(5), fact(6)] })
    told$.next({ agents: [ada('available')], seq: 6 })
    await until(() => client.entries(log, 'agent').length === 2)
    expect(seqsIn(client)).toEqual([4, 5, 6])
    expect(client.entries(log, 'agent').map(({ afterSeq, agent }) => [afterSeq, agent.status])).toEqual([
      [5, 'busy'],
      [6, 'available'],
    ])
  })

  it('are told of again after 20,000 facts, so that those who come later know how they stand', async () => {
    let asked = 0
    const told$ = new Observable<AgentsTold>((to) => {
      asked++
      to.next({ facts: Array.from({ length: 20_000 }, (_, index) => fact(index + 1)) })
      to.next({ agents: [ada(asked === 1 ? 'busy' : 'available')], seq: 20_000 })
    })
    const inspector = await inspectElsewhere({ ...nothingElse, agents$: told$ })
    open.push(inspector)
    const client = await clientOf(inspector.url)
    client.say({ type: 'follow', log, after: 0 })
    await until(() => client.entries(log, 'agent').length === 2)
    expect(asked).toBe(2)
    expect(client.entries(log, 'agent').map(({ agent }) => agent.status)).toEqual(['busy', 'available'])
    expect(seqsIn(client)).toHaveLength(20_000)
  })

  it('are told of in no words of others that the inspector keeps back', async () => {
    const message = 'the key is 42'
    const told$ = new Observable<AgentsTold>((to) =>
      to.next({
        facts: [{ seq: 1, at: 1, agentId: 'ada', sessionId: 's', type: 'session.close-failed', message }],
      }),
    )
    const source = runsSource({ ...nothingElse, agents$: told$ }, { sanitise: () => 'kept back' })
    const text = source.open(log)!.after(0, 1_000_000, 0)!.json.toString()
    expect(text).toContain('"message":"kept back"')
    expect(text).not.toContain('42')
    source.close()
  })
})
