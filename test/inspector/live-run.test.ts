import { createRuntime, fold, logic, plan, type Runtime, type RunHandle } from 'dagmar'
import { inspect, type Inspector, type InspectOptions } from 'dagmar/inspector'
import { afterEach, describe, expect, it } from 'vitest'
import { assign, createActor, createMachine, fromPromise } from 'xstate'
import { ProtocolClient } from './protocol-client.ts'
import { until } from './until.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function inspected(target: Runtime | RunHandle, options?: InspectOptions): Promise<Inspector> {
  const inspector = await inspect(target, options)
  open.push(inspector)
  return inspector
}

async function connected({ url }: Inspector): Promise<ProtocolClient> {
  const client = await new ProtocolClient(url).ready()
  open.push(client)
  return client
}

const twoTasks = () =>
  plan({ name: 'two', tasks: { a: { run: () => 1 }, b: { needs: ['a'], run: () => ({ deep: 2n }) } } })

const hasEnded = (client: ProtocolClient, log: string) => () =>
  client.entries(log, 'fact').some(({ fact }) => fact.type === 'run.completed')

describe('a client that follows a run', () => {
  it('gets every fact of it, numbered without a gap, though it comes after its end', async () => {
    const runtime = createRuntime()
    const run = runtime.dispatch(twoTasks(), { id: 'r' })
    await run.result
    const client = await connected(await inspected(run))
    client.say({ type: 'follow', log: 'r', after: 0 })
    await until(hasEnded(client, 'r'))
    const numbered = client.numbered('r')
    expect(numbered.map(([number]) => number)).toEqual(numbered.map((_, index) => index + 1))
    const facts = client.entries('r', 'fact').map(({ fact }) => fact)
    const view = fold(facts)
    expect(view.status).toBe('completed')
    expect(view.tasks.get('b')).toMatchObject({ status: 'completed' })
    expect(facts.find((fact) => fact.type === 'task.completed' && fact.taskId === 'b')).toMatchObject({
      output: { deep: '2n' },
    })
  })

  it('gets all of a run that has ended, though it is more than a socket takes at once', async () => {
    const long = 'x'.repeat(2 ** 15)
    const warned = Array.from({ length: 512 }, (_, index) => `${index} ${long}`)
    const run = createRuntime().dispatch(
      plan({ name: 'much', tasks: { a: { run: ({ warn }) => warned.forEach((text) => warn(text)) } } }),
      { id: 'r' },
    )
    await run.result
    const client = await connected(await inspected(run))
    client.say({ type: 'follow', log: 'r', after: 0 })
    await until(hasEnded(client, 'r'))
    expect(client.entries('r', 'fact').length).toBe(run.view().seq)
  })

  it('gets every fact of a run that has told more than it holds before it could be followed', async () => {
    const runtime = createRuntime({ retainFacts: 10 })
    const client = await connected(await inspected(runtime))
    client.say({ type: 'follow', log: '', after: 0 })
    await until(() => client.batches('').length > 0)
    const warned = plan({
      name: 'much',
      tasks: { a: { run: ({ warn }) => 'x'.repeat(200).split('').forEach(warn) } },
    })
    // Those that nobody opens do not keep later ones from being recorded.
    for (const id of ['p', 'q', 'r', 's', 't', 'u']) await runtime.dispatch(warned, { id }).result
    client.say({ type: 'follow', log: 'u', after: 0 })
    await until(hasEnded(client, 'u'))
    expect(fold(client.entries('u', 'fact').map(({ fact }) => fact)).status).toBe('completed')
  })

  it('gets those that come later as they come, and the machines of dagmar first', async () => {
    const runtime = createRuntime()
    const client = await connected(await inspected(runtime))
    expect(client.messages[0]).toMatchObject({ type: 'hello', v: 1, control: false, saved: false })
    client.say({ type: 'follow', log: '', after: 0 })
    await until(() => client.batches('').length > 0)
    let finish = (): void => undefined
    const run = runtime.dispatch(
      plan({
        name: 'slow',
        tasks: { a: { run: () => new Promise<void>((resolve) => (finish = () => resolve())) } },
      }),
      { id: 'later' },
    )
    await until(() => client.entries('', 'run').length > 0)
    expect(client.entries('', 'run')).toEqual([
      expect.objectContaining({ runId: 'later', name: 'slow', status: 'running', tasks: 1 }),
    ])
    client.say({ type: 'follow', log: 'later', after: 0 })
    await until(() => client.entries('later', 'fact').some(({ fact }) => fact.type === 'task.started'))
    expect(client.entries('later', 'machine').map(({ machine }) => machine)).toEqual([
      'runtime',
      'dag',
      'task',
    ])
    finish()
    await until(hasEnded(client, 'later'))
    await run.result
    await until(() => client.entries('', 'run').at(-1)?.status === 'completed')
  })
})

describe('a client that looks at an actor', () => {
  it('gets what it is in at once, though its actor was slim till then, and then every event', async () => {
    const runtime = createRuntime()
    const review = createMachine({
      id: 'review',
      initial: 'open',
      context: { votes: 0 },
      states: { open: { on: { approve: { target: 'approved' } } }, approved: { type: 'final' } },
    })
    const run = runtime.dispatch(plan({ name: 'one', tasks: { review: { run: logic(review) } } }), {
      id: 'r',
    })
    await until(() => run.actorOf('review', 'work') !== undefined)
    const inspector = await inspected(run, { control: true })
    const client = await connected(inspector)
    client.say({ type: 'follow', log: 'r', after: 0 })
    client.say({ type: 'look', log: 'r', events: true, actor: 'task/review' })
    await until(() => client.entries('r', 'snapshot').length > 0)
    expect(client.entries('r', 'snapshot')).toEqual([
      expect.objectContaining({
        actor: 'task/review',
        status: 'active',
        active: ['task', 'task.running'],
        accepts: ['task.kill', 'task.answer'],
      }),
    ])
    const actors = client.entries('r', 'actor')
    const work = actors.find(({ machine }) => machine === 'review')!
    expect(work).toMatchObject({ parent: 'task/review', taskId: 'review', logic: 'machine' })
    expect(actors.map(({ actor }) => actor)).toEqual(['dag', 'task/review', work.actor])
    expect(client.entries('r', 'machine').at(-1)).toMatchObject({ machine: 'review', root: { id: 'review' } })

    client.say({ type: 'look', log: 'r', events: true, actor: work.actor })
    await until(() => client.entries('r', 'snapshot').length > 1)
    expect(client.entries('r', 'snapshot').at(-1)).toMatchObject({
      active: ['review', 'review.open'],
      accepts: ['approve'],
    })
    const refused = await client.ask({
      type: 'command',
      id: 1,
      log: 'r',
      command: 'send',
      actor: work.actor,
      event: { type: 'no' },
    })
    expect(refused).toMatchObject({ type: 'refused', code: 'EVENT_UNKNOWN' })
    const taken = await client.ask({
      type: 'command',
      id: 2,
      log: 'r',
      command: 'send',
      actor: work.actor,
      event: { type: 'approve' },
    })
    expect(taken).toEqual({ type: 'answer', id: 2 })
    await until(hasEnded(client, 'r'))
    expect(client.entries('r', 'snapshot').at(-1)).toMatchObject({
      actor: work.actor,
      status: 'done',
      event: 'approve',
      taken: [{ source: 'review.open', event: 'approve', targets: ['review.approved'] }],
    })
    const arrows = client
      .entries('r', 'event')
      .map(({ source, target, event }) => `${source} → ${target}: ${event.type}`)
    expect(arrows).toContain(`outside → ${work.actor}: approve`)
    expect(arrows).toContain('task/review → dag: xstate.done.actor.task')
    const ended = client.entries('r', 'event').find(({ event }) => event.type === 'xstate.done.actor.task')
    expect(ended?.event).toEqual({
      type: 'xstate.done.actor.task',
      actorId: 'review',
      output: { runId: 'r', taskId: 'review', state: 'completed', attempt: 1 },
    })
    expect((await run.result).status).toBe('completed')
  })
})

describe('actors of the user’s own', () => {
  it('are told of by what they are, whatever their machines are called, and wherever they are in the system', async () => {
    const child = fromPromise(() => new Promise(() => undefined))
    const asTask = createMachine({
      id: 'task',
      initial: 'busy',
      context: { votes: 1 },
      invoke: { src: child, id: 'child' },
      states: {
        busy: { on: { 'vote.*': { actions: assign({ votes: 2 }) }, stop: 'over' } },
        over: { type: 'final' },
      },
    })
    const runtime = createRuntime()
    const run = runtime.dispatch(
      plan({ name: 'p', tasks: { 'a/b': { run: logic(asTask) }, c: { run: logic(asTask.provide({})) } } }),
      { id: 'r' },
    )
    await until(() => run.actorOf('c', 'work') !== undefined)
    const elsewhere = createActor(createMachine({ id: 'beside', on: { poke: {} } }), {
      parent: runtime.actor,
    }).start()
    const client = await connected(await inspected(runtime, { control: true }))
    client.say({ type: 'follow', log: '', after: 0 })
    client.say({ type: 'follow', log: 'r', after: 0 })
    client.say({ type: 'look', log: '', events: true })
    client.say({ type: 'look', log: 'r', events: true })
    await until(() => client.entries('r', 'actor').length === 7)
    const actors = client.entries('r', 'actor')
    expect(
      actors.map(({ parent, taskId, machine, logic: kind }) => ({ parent, taskId, machine, kind })),
    ).toEqual(
      expect.arrayContaining([
        { parent: 'dag', taskId: 'a/b', machine: 'task', kind: 'machine' },
        { parent: 'task/a/b', taskId: 'a/b', machine: 'task 2', kind: 'machine' },
        { parent: 'task/c', taskId: 'c', machine: 'task 2', kind: 'machine' },
        {
          parent: expect.stringMatching(/^actor\//),
          taskId: 'c',
          machine: undefined,
          kind: 'promise or callback',
        },
      ]),
    )
    expect(client.entries('r', 'machine').map(({ machine }) => machine)).toEqual([
      'runtime',
      'dag',
      'task',
      'task 2',
    ])
    const { actor } = actors.find(({ parent }) => parent === 'task/a/b')!
    client.say({ type: 'look', log: 'r', events: false, actor })
    await until(() => client.entries('r', 'snapshot').length === 1)
    const send = (id: number, type: string) =>
      client.ask({ type: 'command', id, log: 'r', command: 'send', actor, event: { type } })
    expect(await send(1, 'vote.up')).toEqual({ type: 'answer', id: 1 })
    expect(await send(2, 'voted')).toMatchObject({ code: 'EVENT_UNKNOWN' })
    expect(await send(3, 'xstate.stop')).toMatchObject({ code: 'EVENT_UNKNOWN' })
    await until(() => client.entries('r', 'snapshot').length === 2)
    expect(client.entries('r', 'snapshot').map(({ context, accepts }) => [context, accepts])).toEqual([
      [{ votes: 1 }, ['vote.*', 'stop']],
      [{ votes: 2 }, ['vote.*', 'stop']],
    ])
    elsewhere.send({ type: 'poke' })
    await until(() => client.entries('', 'event').length === 1)
    expect(client.entries('', 'event')).toMatchObject([{ source: 'outside', event: { type: 'poke' } }])
    expect(client.entries('', 'actor')).toMatchObject([{ machine: 'beside', parent: 'runtime' }])
    expect(client.entries('r', 'event').some(({ event }) => event.type === 'poke')).toBe(false)
    await run.kill()
  })

  it("is told of the user's own actors as they come, also where it looks at another one", async () => {
    const runtime = createRuntime()
    const client = await connected(await inspected(runtime))
    let open = (): void => undefined
    const run = runtime.dispatch(
      plan({
        name: 'late',
        tasks: {
          first: { run: () => new Promise<void>((resolve) => (open = () => resolve())) },
          second: {
            needs: ['first'],
            run: logic(
              createMachine({
                id: 'late',
                initial: 'a',
                states: { a: { on: { go: 'b' } }, b: { type: 'final' } },
              }),
            ),
          },
        },
      }),
      { id: 'r' },
    )
    client.say({ type: 'follow', log: 'r', after: 0 })
    client.say({ type: 'look', log: 'r', events: false, actor: 'dag' })
    await until(() => client.entries('r', 'snapshot').length > 0)
    open()
    await until(() => client.entries('r', 'actor').some(({ machine }) => machine === 'late'))
    expect(client.entries('r', 'event')).toEqual([])
    await run.kill()
  })
})
