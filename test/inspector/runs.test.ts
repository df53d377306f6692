import { createRuntime, plan } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import { afterEach, describe, expect, it, vi } from 'vitest'
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
const connected = async (url: string): Promise<ProtocolClient> =>
  opened(await new ProtocolClient(url).ready())

const one = plan({ name: 'one', tasks: { a: { run: () => 1 } } })

describe('an inspector that nobody looks at', () => {
  it('records nothing, before the first client comes and after the last one looks away', async () => {
    const runtime = createRuntime()
    let finish = (): void => undefined
    const held = new Promise<void>((resolve) => {
      finish = resolve
    })
    const run = runtime.dispatch(plan({ name: 'held', tasks: { a: { run: () => held } } }), { id: 'r' })
    const events = vi.spyOn(run, 'events')
    const inspected = vi.spyOn(runtime.actor.system, 'inspect')
    const { url } = opened(await inspect(run))
    const client = await connected(url)
    await until(() => client.messages.length > 0)
    expect(events).not.toHaveBeenCalled()
    client.say({ type: 'follow', log: 'r', after: 0 })
    await until(() => client.entries('r', 'fact').length > 0)
    expect(events).toHaveBeenCalledTimes(1)
    expect(inspected).not.toHaveBeenCalled()
    client.say({ type: 'look', log: 'r', events: true })
    await until(() => inspected.mock.calls.length === 1)
    const unsubscribe = vi.spyOn(inspected.mock.results[0]!.value as { unsubscribe(): void }, 'unsubscribe')
    client.say({ type: 'look', log: 'r', events: false })
    await until(() => unsubscribe.mock.calls.length === 1)
    client.say({ type: 'look', log: 'r', events: false, actor: 'dag' })
    await until(() => inspected.mock.calls.length === 2)
    const again = vi.spyOn(inspected.mock.results[1]!.value as { unsubscribe(): void }, 'unsubscribe')
    client.socket.terminate()
    await until(() => again.mock.calls.length === 1)
    finish()
    await run.result
  })
})

describe('the runs of a runtime', () => {
  it('can be looked at after their end, though nobody else holds them: the latest 20', async () => {
    const runtime = createRuntime()
    const { url } = opened(await inspect(runtime))
    for (let number = 1; number <= 25; number++) await runtime.run(one, { id: `r${number}` })
    expect(runtime.runs()).toEqual([])
    const client = await connected(url)
    client.say({ type: 'follow', log: '', after: 0 })
    await until(() => client.entries('', 'run').length === 20)
    expect(client.entries('', 'run').map(({ runId, status }) => `${runId} ${status}`)).toEqual(
      Array.from({ length: 20 }, (_, index) => `r${index + 6} completed`),
    )
    client.say({ type: 'follow', log: 'r6', after: 0 })
    await until(() => client.entries('r6', 'fact').at(-1)?.fact.type === 'run.completed')
    client.say({ type: 'follow', log: 'r1', after: 0 })
    await until(() => client.messages.some((message) => message.type === 'refused'))
    expect(client.messages.at(-1)).toMatchObject({ code: 'RUN_UNKNOWN' })
    await runtime.run(one, { id: 'r26' })
    await until(() =>
      client.entries('', 'run').some(({ runId, status }) => runId === 'r26' && status === 'completed'),
    )
  })

  it('can be looked at longer where somebody holds them, and before the inspector came', async () => {
    const runtime = createRuntime()
    const first = runtime.dispatch(one, { id: 'first' })
    await first.result
    const { url } = opened(await inspect(runtime))
    for (let number = 1; number <= 30; number++) await runtime.run(one)
    const client = await connected(url)
    client.say({ type: 'follow', log: 'first', after: 0 })
    await until(() => client.entries('first', 'fact').at(-1)?.fact.type === 'run.completed')
    expect(first.id).toBe('first')
  })

  it('have their log under the same numbers after a redrive, which it goes on with', async () => {
    const runtime = createRuntime()
    let isBroken = true
    const run = runtime.dispatch(
      plan({
        name: 'p',
        tasks: {
          a: {
            run: () => {
              if (isBroken) throw new Error('no')
            },
          },
        },
      }),
      { id: 'r' },
    )
    await run.result
    const client = await connected(opened(await inspect(runtime, { control: true })).url)
    client.say({ type: 'follow', log: '', after: 0 })
    client.say({ type: 'follow', log: 'r', after: 0 })
    await until(() => client.entries('r', 'fact').at(-1)?.fact.type === 'run.failed')
    isBroken = false
    expect(await client.ask({ type: 'command', id: 1, log: 'r', command: 'redrive' })).toEqual({
      type: 'answer',
      id: 1,
    })
    await until(() => client.entries('r', 'fact').at(-1)?.fact.type === 'run.completed')
    await until(() => client.entries('', 'run').at(-1)?.status === 'completed')
    expect(client.entries('', 'run').map(({ status }) => status)).toEqual(['failed', 'running', 'completed'])
    const numbers = client.numbered('r').map(([number]) => number)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })

  it('are still shown after the runtime has shut down', async () => {
    const runtime = createRuntime()
    const { url } = opened(await inspect(runtime))
    await runtime.run(one, { id: 'r' })
    await runtime.shutdown()
    const client = await connected(url)
    client.say({ type: 'follow', log: '', after: 0 })
    client.say({ type: 'follow', log: 'r', after: 0 })
    await until(() => client.entries('r', 'fact').at(-1)?.fact.type === 'run.completed')
    expect(client.entries('', 'run')).toMatchObject([{ runId: 'r', status: 'completed' }])
  })
})

describe('the runtime’s own actor', () => {
  it('is told of in the log of the runtime, with all that its runs tell it', async () => {
    const runtime = createRuntime()
    const client = await connected(opened(await inspect(runtime)).url)
    client.say({ type: 'follow', log: '', after: 0 })
    client.say({ type: 'look', log: '', events: true, actor: 'runtime' })
    await until(() => client.entries('', 'snapshot').length === 1)
    await runtime.run(one, { id: 'r' })
    await until(() => client.entries('', 'snapshot').length >= 3)
    expect(client.entries('', 'snapshot').map(({ context, active }) => [context, active])).toMatchObject([
      [{ live: 0 }, ['runtime', 'runtime.open']],
      [{ live: 1 }, ['runtime', 'runtime.open']],
      [{ live: 0 }, ['runtime', 'runtime.open']],
    ])
    expect(client.entries('', 'event').map(({ target, event }) => `${target}: ${event.type}`)).toEqual([
      'runtime: runtime.dispatch',
      'runtime: xstate.done.actor.dag',
    ])
  })
})
