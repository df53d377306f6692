import { connect } from 'node:net'
import { createRuntime, type Fact, fold, plan, type RunHandle } from 'dagmar'
import { type Command, inspect, type Inspector } from 'dagmar/inspector'
import { afterEach, describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { liveSource } from '../../src/inspector/recording/live-source.ts'
import type { Source } from '../../src/inspector/recording/source.ts'
import { serve } from '../../src/inspector/server/serve.ts'
import { ProtocolClient } from './protocol-client.ts'
import { until } from './until.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
})
const opened = <T extends { close(): Promise<void> }>(one: T): T => {
  open.push(one)
  return one
}
const connected = async ({ url }: Pick<Inspector, 'url'>): Promise<ProtocolClient> =>
  opened(await new ProtocolClient(url).ready())

/** A run of tasks that go on when they are told to: side by side, or each after the one before. */
function heldRun(count: number, isChain = false) {
  const runtime = createRuntime({ concurrency: count })
  const finish: (() => void)[] = []
  const tasks = Array.from({ length: count }, (_, index) => {
    const run = ({ signal }: { readonly signal: AbortSignal }) =>
      new Promise<number>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('ended')))
        finish.push(() => resolve(index))
      })
    return [`t${index}`, { run, needs: isChain && index > 0 ? [`t${index - 1}`] : [] }] as const
  })
  const run = runtime.dispatch(plan({ name: 'held', tasks }), { id: 'r' })
  return { run, finish: () => finish.shift()!(), isLive: () => finish.length }
}

const factsOf = (client: ProtocolClient): readonly Fact[] =>
  client.entries('r', 'fact').map(({ fact }) => fact)
const isOver = (client: ProtocolClient) => () =>
  factsOf(client).some(({ type }) => type.match(/^run\.(comp|fail|kill)/))
const observerFaults = async (run: RunHandle): Promise<readonly Fact[]> => {
  const told: Fact[] = []
  run.events({ from: 1 }).subscribe((fact) => told.push(fact))
  return told.filter(({ type }) => type === 'observer.failed')
}

describe('a client that loses its connection', () => {
  it('gets what it missed, each entry once, however often that happens', async () => {
    const { run, finish, isLive } = heldRun(20, true)
    const inspector = opened(await inspect(run))
    const seen: number[] = []
    const facts: Fact[] = []
    for (let round = 0; round < 19; round++) {
      await until(() => isLive() > 0)
      const client = await new ProtocolClient(inspector.url).ready()
      client.say({ type: 'follow', log: 'r', after: seen.at(-1) ?? 0 })
      finish()
      await until(() => client.numbered('r').length > round % 4)
      client.socket.terminate()
      await until(() => client.closed !== undefined)
      seen.push(...client.numbered('r').map(([number]) => number))
      facts.push(...factsOf(client))
    }
    await until(() => isLive() > 0)
    finish()
    const last = await connected(inspector)
    last.say({ type: 'follow', log: 'r', after: seen.at(-1)! })
    await until(isOver(last))
    seen.push(...last.numbered('r').map(([number]) => number))
    facts.push(...factsOf(last))
    expect(seen).toEqual(seen.map((_, index) => index + 1))
    expect(fold(facts).counts.completed).toBe(20)
  })

  it('is told of another epoch by a server that came after', async () => {
    const { run, finish, isLive } = heldRun(1)
    await until(() => isLive() === 1)
    const first = await inspect(run)
    const before = await connected(first)
    await first.close()
    await until(() => before.closed !== undefined)
    const second = opened(await inspect(run))
    const after = await connected(second)
    expect(after.messages[0]).not.toMatchObject({ epoch: (before.messages[0] as { epoch: string }).epoch })
    finish()
    expect((await run.result).status).toBe('completed')
  })
})

describe('several clients', () => {
  it('get the same entries under the same numbers, whenever they come', async () => {
    const { run, finish, isLive } = heldRun(3)
    const inspector = opened(await inspect(run))
    await until(() => isLive() === 3)
    const first = await connected(inspector)
    first.say({ type: 'follow', log: 'r', after: 0 })
    first.say({ type: 'look', log: 'r', events: true, actor: 'dag' })
    await until(() => first.entries('r', 'snapshot').length > 0)
    finish()
    const second = await connected(inspector)
    second.say({ type: 'follow', log: 'r', after: 0 })
    finish()
    finish()
    await run.result
    const late = await connected(inspector)
    late.say({ type: 'follow', log: 'r', after: 0 })
    for (const client of [first, second, late]) await until(isOver(client))
    const quiet = first.numbered('r').length
    for (const client of [second, late]) await until(() => client.numbered('r').length === quiet)
    expect(second.numbered('r')).toEqual(first.numbered('r'))
    expect(late.numbered('r')).toEqual(first.numbered('r'))
    expect(first.entries('r', 'event').length).toBeGreaterThan(0)
  })

  it('are not told of what only another asked for to be answered', async () => {
    const { run, finish, isLive } = heldRun(1)
    await until(() => isLive() === 1)
    const inspector = opened(await inspect(run))
    const [one, other] = [await connected(inspector), await connected(inspector)]
    const answer = await one.ask({ type: 'why', id: 7, log: 'r', taskId: 't0' })
    expect(answer).toMatchObject({ type: 'answer', explanation: { taskId: 't0', status: 'running' } })
    expect(await one.ask({ type: 'why', id: 8, log: 'r', taskId: 'no' })).toMatchObject({
      code: 'TASK_UNKNOWN',
    })
    expect(await one.ask({ type: 'why', id: 9, log: 'no', taskId: 't0' })).toMatchObject({
      code: 'RUN_UNKNOWN',
    })
    expect(other.messages.length).toBe(1)
    finish()
    await run.result
  })
})

describe('a client that stops reading', () => {
  it('is dropped after a while, costs a bounded amount of memory, and neither others nor the run wait for it', async () => {
    const runtime = createRuntime()
    const line = 'x'.repeat(40_000)
    let isFollowed = (): void => undefined
    const followed = new Promise<void>((resolve) => {
      isFollowed = resolve
    })
    const run = runtime.dispatch(
      plan({
        name: 'chatty',
        tasks: {
          talk: {
            run: async ({ log }) => {
              await followed
              for (let round = 0; round < 400; round++) {
                log(line)
                if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
              }
            },
          },
        },
      }),
      { id: 'r' },
    )
    const live = liveSource(run, {})
    let dropped = 0
    const source: Source = {
      ...live,
      // Whoever is gone looks at nothing.
      look: (client, log, look) => {
        if (look === undefined) dropped++
        live.look(client, log, look)
      },
    }
    const served = opened(
      await serve({
        source,
        page: '',
        port: 0,
        control: false,
        keepAlive: false,
        mostWaiting: 100_000,
        patienceMs: 300,
      }),
    )
    const { port, hash } = new URL(served.url)
    const deaf = connect(Number(port), '127.0.0.1').on('error', () => undefined)
    deaf.write(
      `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: dagmar, token.${hash.slice(1)}\r\n\r\n`,
    )
    await new Promise((resolve) => {
      deaf.once('data', resolve)
    })
    deaf.pause()
    // A frame of a client is masked, here with zeros.
    const follow = Buffer.from(JSON.stringify({ type: 'follow', log: 'r', after: 0 }))
    deaf.write(Buffer.concat([Buffer.from([0x81, 0x80 | follow.length, 0, 0, 0, 0]), follow]))
    const reader = await connected(served)
    reader.say({ type: 'follow', log: 'r', after: 0 })
    await until(() => factsOf(reader).length > 0)
    isFollowed()
    await until(isOver(reader))
    expect((await run.result).status).toBe('completed')
    expect(factsOf(reader).filter(({ type }) => type === 'task.output').length).toBe(400)
    await until(() => dropped === 1)
    expect(reader.closed).toBeUndefined()
    deaf.destroy()
  })
})

describe('a function of the user that throws as it says what may be shown', () => {
  it('shows nothing of the value, changes nothing of the run, and is heard of nowhere', async () => {
    const runtime = createRuntime()
    let begin = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const run = runtime.dispatch(
      plan({
        name: 'secrets',
        tasks: {
          first: { run: () => begun },
          a: { needs: ['first'], run: () => ({ password: 'hunter2' }) },
          b: {
            needs: ['a'],
            run: ({ log }) => {
              log('the password is hunter2')
              throw new Error('hunter2 was refused')
            },
          },
        },
      }),
      { id: 'r', input: { password: 'hunter2' } },
    )
    const inspector = opened(
      await inspect(run, {
        sanitise: () => {
          throw new Error('hunter2')
        },
      }),
    )
    const client = await connected(inspector)
    client.say({ type: 'follow', log: 'r', after: 0 })
    client.say({ type: 'look', log: 'r', events: true, actor: 'dag' })
    await until(() => client.entries('r', 'snapshot').length > 0)
    begin()
    await until(isOver(client))
    expect(JSON.stringify(client.messages)).not.toContain('hunter2')
    expect(client.entries('r', 'event').length).toBeGreaterThan(0)
    expect(factsOf(client).find(({ type }) => type === 'task.failed')).toMatchObject({
      failure: { code: 'HANDLER_THREW', message: '[not shown]' },
    })
    const result = await run.result
    expect(result.rootCauses[0]?.failure.message).toBe('hunter2 was refused')
    expect(await observerFaults(run)).toEqual([])
  })

  it('decides by the place of each value', async () => {
    const runtime = createRuntime()
    const run = runtime.dispatch(
      plan({ name: 'p', tasks: { a: { run: () => ({ token: 'abc', kept: { Token: 'def', rest: 1 } }) } } }),
      { id: 'r', input: { region: 'eu' } },
    )
    await run.result
    const places: unknown[] = []
    const inspector = opened(
      await inspect(run, {
        redact: ['token'],
        sanitise: (value, place) => {
          places.push(place)
          return place.kind === 'input' ? 'kept back' : value
        },
      }),
    )
    const client = await connected(inspector)
    client.say({ type: 'follow', log: 'r', after: 0 })
    await until(isOver(client))
    expect(places).toEqual([
      { kind: 'input', runId: 'r' },
      { kind: 'output', runId: 'r', taskId: 'a' },
    ])
    expect(factsOf(client)).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ type: 'run.created', input: 'kept back' }),
        expect.objectContaining({
          type: 'task.completed',
          output: { token: '[not shown]', kept: { Token: '[not shown]', rest: 1 } },
        }),
      ]),
    )
  })
})

describe('an output, a failure or an answer that is kept back', () => {
  it('is kept back wherever it is carried: in facts, in what actors tell each other, in what they know', async () => {
    const runtime = createRuntime()
    let answered = (): void => undefined
    const run = runtime.dispatch(
      plan({
        name: 'p',
        tasks: {
          a: {
            run: async ({ ask }) => {
              answered = () => run.answer('a', 'secret answer')
              await ask('which?')
              return 'secret output'
            },
          },
          b: {
            needs: ['a'],
            run: () => {
              throw new Error('secret failure')
            },
          },
        },
      }),
      { id: 'r' },
    )
    const kinds = new Set(['output', 'failure', 'answer'])
    const inspector = opened(
      await inspect(run, { sanitise: (value, { kind }) => (kinds.has(kind) ? 'kept back' : value) }),
    )
    const [one, other] = [await connected(inspector), await connected(inspector)]
    for (const [client, actor] of [
      [one, 'task/a'],
      [other, 'task/b'],
    ] as const) {
      client.say({ type: 'follow', log: 'r', after: 0 })
      client.say({ type: 'look', log: 'r', events: true, actor })
    }
    await until(() => one.entries('r', 'snapshot').length > 0)
    answered()
    await until(isOver(one))
    await until(() =>
      one.entries('r', 'snapshot').some(({ actor, status }) => actor === 'task/b' && status === 'done'),
    )
    const contexts = one.entries('r', 'snapshot').map(({ context }) => context)
    expect(contexts).toContainEqual(expect.objectContaining({ state: 'completed', output: 'kept back' }))
    expect(contexts).toContainEqual(expect.objectContaining({ state: 'failed', failure: 'kept back' }))
    expect(JSON.stringify(one.messages)).not.toContain('secret')
  })
})

describe('what the runtime keeps out of facts', () => {
  it('is not shown of its actors either, nor of those that work for its tasks', async () => {
    const { logic } = await import('dagmar')
    const runtime = createRuntime({
      redact: {
        inputs: ['password'],
        outputs: ['login.token', 'sign'],
        environment: [/^DAGMAR_TEST_MARK_SECRET$/],
      },
    })
    const signing = createMachine({
      id: 'signing',
      initial: 'open',
      states: { open: { on: { sign: 'signed' } }, signed: { type: 'final' } },
      output: 'hidden signature',
    })
    const run = runtime.dispatch(
      plan({
        name: 'p',
        tasks: {
          wait: {
            run: logic(
              createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } }),
            ),
          },
          login: { needs: ['wait'], run: () => ({ token: 'hidden token', user: 'ada' }) },
          fail: {
            needs: ['login'],
            onFailure: 'ignore',
            run: ({ input, inputs }) => {
              throw new Error(`${JSON.stringify(input)} and ${JSON.stringify(inputs)} are refused`)
            },
          },
          sign: { needs: ['wait'], run: logic(signing) },
        },
      }),
      { id: 'r', input: { password: 'hidden password' } },
    )
    const inspector = opened(await inspect(run))
    const clients: ProtocolClient[] = []
    const looksAt = async (actor: string): Promise<ProtocolClient> => {
      const client = await connected(inspector)
      clients.push(client)
      client.say({ type: 'follow', log: 'r', after: 0 })
      client.say({ type: 'look', log: 'r', events: true, actor })
      return client
    }
    for (const id of ['login', 'fail', 'sign']) await looksAt(`task/${id}`)
    await until(() => run.actorOf('wait', 'work') !== undefined)
    const first = await looksAt('dag')
    await until(() => first.entries('r', 'snapshot').some(({ actor }) => actor === 'dag'))
    run.actorOf('wait', 'work')!.send({ type: 'go' })
    await until(() => run.actorOf('sign', 'work') !== undefined)
    await looksAt(`actor/${run.actorOf('sign', 'work')!.sessionId}`)
    await until(() => first.entries('r', 'snapshot').some(({ actor }) => actor.startsWith('actor/')))
    run.actorOf('sign', 'work')!.send({ type: 'sign' })
    await until(isOver(first))
    expect(first.entries('r', 'snapshot').map(({ output }) => output)).toContain('[redacted]')
    expect(JSON.stringify(first.entries('r', 'event'))).toContain('"user":"ada"')
    expect(JSON.stringify(clients.flatMap(({ messages }) => messages))).not.toMatch(
      /hidden (?:token|signature|password)/,
    )
  })
})

describe('values that cannot be looked at', () => {
  it('are shown as such, and change nothing of the run', async () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
        ownKeys: () => {
          throw new Error('no')
        },
        getPrototypeOf: () => {
          throw new Error('no')
        },
      },
    )
    const circular: Record<string, unknown> = { big: 10n }
    circular['self'] = circular
    const runtime = createRuntime()
    const run = runtime.dispatch(
      plan({ name: 'p', tasks: { a: { run: () => hostile }, b: { needs: ['a'], run: () => circular } } }),
      { id: 'r' },
    )
    const inspector = opened(await inspect(run))
    const client = await connected(inspector)
    client.say({ type: 'follow', log: 'r', after: 0 })
    client.say({ type: 'look', log: 'r', events: true, actor: 'task/b' })
    await until(isOver(client))
    const outputs = factsOf(client).flatMap((fact) => (fact.type === 'task.completed' ? [fact.output] : []))
    expect(outputs).toEqual(['[not readable]', { big: '10n', self: '[circular]' }])
    expect((await run.result).status).toBe('completed')
    expect(await observerFaults(run)).toEqual([])
  })
})

describe('an inspector that is read-only', () => {
  it('refuses every command', async () => {
    const { run, finish, isLive } = heldRun(1)
    await until(() => isLive() === 1)
    const client = await connected(opened(await inspect(run)))
    const commands = [
      { command: 'kill' },
      { command: 'drain' },
      { command: 'pause' },
      { command: 'resume' },
      { command: 'redrive' },
      { command: 'answer', taskId: 't0', answer: 1 },
      { command: 'send', actor: 'dag', event: { type: 'run.kill' } },
    ] as const
    for (const [id, command] of commands.entries()) {
      expect(await client.ask({ type: 'command', id, log: 'r', ...command })).toMatchObject({
        code: 'READ_ONLY',
        id,
      })
    }
    finish()
    expect((await run.result).status).toBe('completed')
  })
})

describe('an inspector with control', () => {
  it('does what the handle does, and says why it does not', async () => {
    const { run, isLive } = heldRun(2)
    await until(() => isLive() === 2)
    const client = await connected(opened(await inspect(run, { control: true })))
    expect(client.messages[0]).toMatchObject({ control: true })
    let id = 0
    const ask = (command: Command) => client.ask({ type: 'command', id: ++id, log: 'r', ...command })
    expect(await ask({ command: 'redrive' })).toMatchObject({ code: 'RUN_NOT_SETTLED' })
    expect(await ask({ command: 'answer', taskId: 't0', answer: 1 })).toMatchObject({ code: 'ANSWER_STALE' })
    expect(await ask({ command: 'kill', taskId: 'no' })).toMatchObject({ code: 'TASK_UNKNOWN' })
    expect(await ask({ command: 'send', actor: 'task/t9', event: { type: 'task.kill' } })).toMatchObject({
      code: 'ACTOR_UNKNOWN',
    })
    expect(
      await ask({ command: 'send', actor: 'task/t0', event: { type: 'attempt.completed' } }),
    ).toMatchObject({
      code: 'EVENT_UNKNOWN',
    })
    expect(await ask({ command: 'pause' })).toEqual({ type: 'answer', id })
    expect(run.view().status).toBe('paused')
    expect(await ask({ command: 'send', actor: 'dag', event: { type: 'run.resume' } })).toEqual({
      type: 'answer',
      id,
    })
    expect(run.view().status).toBe('running')
    expect(await ask({ command: 'kill', reason: 'enough' })).toEqual({ type: 'answer', id })
    expect((await run.result).status).toBe('killed')
  })
})

describe('a machine of the user that tells of itself by code', () => {
  it('cannot end its own actor by being looked at', async () => {
    const { logic } = await import('dagmar')
    const odd = createMachine({
      id: 'odd',
      initial: 'open',
      context: {
        get bad(): never {
          throw new Error('no')
        },
      },
      states: { open: { on: { go: 'shut' } }, shut: { type: 'final' } },
    })
    const runtime = createRuntime()
    const run = runtime.dispatch(plan({ name: 'p', tasks: { a: { run: logic(odd) } } }), { id: 'r' })
    await until(() => run.actorOf('a', 'work') !== undefined)
    const client = await connected(opened(await inspect(run, { control: true })))
    client.say({ type: 'follow', log: 'r', after: 0 })
    client.say({ type: 'look', log: 'r', events: true })
    await until(() => client.entries('r', 'actor').length > 2)
    const { actor } = client.entries('r', 'actor').find(({ machine }) => machine === 'odd')!
    client.say({ type: 'look', log: 'r', events: true, actor })
    await until(() => client.entries('r', 'snapshot').length > 0)
    expect(client.entries('r', 'snapshot')[0]).toMatchObject({ context: { bad: '[getter]' } })
    await client.ask({ type: 'command', id: 1, log: 'r', command: 'send', actor, event: { type: 'go' } })
    expect((await run.result).status).toBe('completed')
    expect(await observerFaults(run)).toEqual([])
  })
})
