import { createRuntime, dag, logic, type Runtime } from 'dagmar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Bridge, bridge, type BridgeOptions } from '../src/index.ts'
import { gate } from './gate.ts'
import { oddLogics } from '../../../test/ecosystem/odd-logics.ts'
import { receiving } from './receiving.ts'
import { busyMachine, reviewMachine, strangeMachine } from '../../../test/ecosystem/own-machines.ts'

let runtime: Runtime
const bridges: Bridge[] = []

afterEach(async () => {
  await Promise.all(bridges.splice(0).map((one) => one.close()))
  await runtime.shutdown({ mode: 'kill' })
})

async function bridged(source: Parameters<typeof bridge>[0], options?: BridgeOptions): Promise<Bridge> {
  const made = await bridge(source, options)
  bridges.push(made)
  return made
}

describe('a receiver of @xstate/inspect', () => {
  it('sees each actor come, take events, change its state and go', async () => {
    const [first, second] = [gate(), gate()]
    runtime = createRuntime()
    const work = dag('built')
      .task('build', () => first.opened)
      .task('ship', { needs: ['build'] }, () => second.opened)
    const run = runtime.dispatch(work, { id: 'run-1' })
    const receiver = receiving(await bridged(runtime))
    await receiver.sessionOf('build')
    first.open()
    const ship = await receiver.sessionOf('ship')
    second.open()
    await run.result
    await receiver.gone(ship)
    expect(receiver.statesOf('ship')).toEqual([
      'dispatched',
      'dispatched',
      'starting',
      'running',
      'completed',
    ])
    expect(receiver.statesOf('run-1').at(-1)).toBe('completed')
    expect(receiver.eventsOf('ship')).toEqual([
      'xstate.init',
      'task.grant',
      'attempt.started',
      'attempt.completed',
    ])
    expect(receiver.eventsOf('run-1')).toContain('done.invoke.task')
    const [top, dagService, build] = receiver.registered()
    expect([top!.id, dagService!.id, build!.id]).toEqual(['runtime', 'run-1', 'build'])
    expect([dagService!.parent, build!.parent]).toEqual([top!.sessionId, dagService!.sessionId])
  })

  it('that comes late sees what is alive, and none that is there already is told anything twice', async () => {
    const held = gate()
    runtime = createRuntime()
    runtime.dispatch(
      dag('late').task('wait', () => held.opened),
      { id: 'run-1' },
    )
    const open = await bridged(runtime)
    const early = receiving(open)
    await early.sessionOf('wait')
    const before = early.told.length
    const late = receiving(open)
    await late.sessionOf('wait')
    expect(late.registered().map(({ id }) => id)).toEqual(['runtime', 'run-1', 'wait'])
    expect(late.statesOf('wait')).toEqual(['running'])
    expect(early.told).toHaveLength(before)
    held.open()
  })

  it('of one run sees nothing of others, and its new actor after a redrive', async () => {
    let isBroken = true
    runtime = createRuntime()
    const mending = dag('mending').task('mend', () => {
      if (isBroken) throw new Error('broken')
    })
    const run = runtime.dispatch(mending, { id: 'run-1' })
    await run.result
    const held = gate()
    const receiver = receiving(await bridged(run))
    const other = runtime.dispatch(
      dag('other').task('else', () => held.opened),
      { id: 'run-2' },
    )
    isBroken = false
    // The receiver is there once it is told of something that begins after it.
    await receiver.connected
    await run.redrive()
    held.open()
    await other.result
    await receiver.until((told) => told.type === 'service.stop')
    await receiver.sessionOf('mend')
    expect(receiver.registered().map(({ id, parent }) => [id, parent === undefined])).toEqual([
      ['run-1', true],
      ['mend', false],
    ])
  })

  it('sees actors of the user’s own: nested, parallel, delayed, guarded, with states of any name', async () => {
    runtime = createRuntime()
    const run = runtime.dispatch(dag('own').task('busy', logic(busyMachine)), { id: 'run-1' })
    const receiver = receiving(await bridged(runtime, { control: true }))
    const work = await receiver.sessionOf('work')
    for (const type of ['pack', 'load', 'again', 'pack', 'load']) receiver.send(work, { type })
    await run.result
    await receiver.gone(work)
    expect(receiver.statesOf('work')).toEqual([
      { there: { goods: 'v1·0', truck: { waiting: 'cold' } } },
      { there: { goods: 'packed', truck: { waiting: 'cold' } } },
      'checked',
      { there: { goods: 'v1·0', truck: { waiting: 'cold' } } },
      { there: { goods: 'packed', truck: { waiting: 'cold' } } },
      'gone',
    ])
    const machine = receiver.machineOf('work')
    expect(machine.events).toEqual(expect.arrayContaining(['pack', 'load', 'done.state.busy.there']))
    expect(machine.getStateNodeById('busy.there.truck.waiting.cold').after).toMatchObject([
      { delay: 'patience' },
    ])
    expect(machine.getStateNodeById('busy.checked').transitions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ eventType: '', cond: expect.objectContaining({ name: 'isLate' }) }),
      ]),
    )
  })

  it('sees actors that are no machines: how far they are, and their output', async () => {
    const held = gate()
    runtime = createRuntime()
    const run = runtime.dispatch(dag('plain').task('ask', logic(strangeMachine(held.opened))), {
      id: 'run-1',
    })
    const receiver = receiving(await bridged(runtime))
    const promise = await receiver.sessionOf('asking')
    held.open()
    await run.result
    await receiver.gone(promise)
    expect(receiver.statesOf('asking')).toEqual(['active', 'done'])
    expect(receiver.contextsOf('asking').at(-1)).toEqual({ output: 'an answer' })
  })

  it('is shown contexts that JSON does not have, and the run goes on', async () => {
    const held = gate()
    runtime = createRuntime()
    const run = runtime.dispatch(dag('strange').task('ask', logic(strangeMachine(held.opened))), {
      id: 'run-1',
    })
    const receiver = receiving(await bridged(runtime))
    await receiver.sessionOf('work')
    held.open()
    expect((await run.result).status).toBe('completed')
    expect(receiver.contextsOf('work')[0]).toMatchObject({
      big: '12345678901234567890n',
      self: '[circular]',
      failure: { message: 'outer', cause: { message: 'inner' } },
      tell: '[function tell]',
    })
  })

  it('is shown what the sanitiser leaves: nothing of a value that it throws at', async () => {
    const held = gate()
    runtime = createRuntime()
    runtime.dispatch(dag('secret').task('ask', logic(reviewMachine(held.opened))), { id: 'run-1' })
    const shown: string[] = []
    const open = await bridged(runtime, {
      redact: ['secret'],
      sanitise: (value, of) => {
        shown.push(`${of.kind} of ${of.actor}`)
        if (of.actor === 'ask') throw new Error('no')
        return value
      },
    })
    const receiver = receiving(open)
    await receiver.sessionOf('work')
    expect(receiver.contextsOf('work')).toEqual([{ secret: '[not shown]', said: [] }])
    expect(receiver.contextsOf('ask')).toEqual(['[not shown]'])
    expect(shown).toContain('context of work')
    held.open()
  })
})

describe('events that a receiver sends', () => {
  const reviewed = async (control?: boolean) => {
    const held = gate()
    runtime = createRuntime()
    const run = runtime.dispatch(dag('reviewed').task('review', logic(reviewMachine(held.opened))), {
      id: 'run-1',
    })
    const receiver = receiving(await bridged(runtime, control === undefined ? {} : { control }))
    return {
      run,
      held,
      receiver,
      work: await receiver.sessionOf('work'),
      top: await receiver.sessionOf('run-1'),
    }
  }

  it('reach an actor where control is on, with all that they say', async () => {
    const { run, receiver, work } = await reviewed(true)
    receiver.send(work, { type: 'say', words: ['so', 1] } as { type: string })
    receiver.send(work, { type: 'approve' })
    expect((await run.result).outputs).toEqual({ review: [['so', 1]] })
    await receiver.gone(work)
    expect(receiver.eventsOf('work').filter((type) => type === 'say')).toHaveLength(1)
  })

  it('end a run as its handle does', async () => {
    const { run, receiver, top } = await reviewed(true)
    receiver.send(top, { type: 'run.kill', reason: 'enough' } as { type: string })
    expect((await run.result).status).toBe('killed')
  })

  it.each(['xstate.stop', 'xstate.done.actor.task', 'done.invoke.task', '', '*'])(
    'are dropped where only XState sends them: %j',
    async (type) => {
      const { run, held, receiver, work } = await reviewed(true)
      receiver.send(work, { type })
      receiver.send(work, { type: 'approve' })
      await run.result
      held.open()
      await receiver.gone(work)
      expect(receiver.eventsOf('work')).toEqual(['approve'])
    },
  )

  it('are dropped without control', async () => {
    const { run, held, receiver, work } = await reviewed()
    receiver.send(work, { type: 'approve' })
    // It is told of the second one's effects after those of the first.
    held.open()
    await run.result
    await receiver.gone(work)
    expect(receiver.eventsOf('work')).toEqual(['done.invoke.patience'])
  })
})

describe('a bridge that nobody is connected to', () => {
  it('watches nobody', async () => {
    runtime = createRuntime()
    const inspect = vi.spyOn(runtime.actor.system, 'inspect')
    const open = await bridged(runtime)
    await runtime.run(dag('alone').task('one', () => 1))
    expect(inspect).not.toHaveBeenCalled()
    const receiver = receiving(open)
    await receiver.sessionOf('runtime')
    expect(inspect).toHaveBeenCalledOnce()
    await open.close()
    const before = receiver.told.length
    await runtime.run(dag('alone').task('one', () => 1))
    expect(receiver.told).toHaveLength(before)
  })

  it('refuses what is neither runtime nor run', async () => {
    runtime = createRuntime()
    await expect(bridge({} as Runtime)).rejects.toThrow('a runtime or a run')
  })
})

describe('odd logics', () => {
  it.each(Object.entries(oddLogics))(
    'are machines of XState 4 with the states that they are in: %s',
    async (_, odd) => {
      runtime = createRuntime()
      const run = runtime.dispatch(
        dag('odd').task(
          'odd',
          { killGrace: 0 },
          logic(odd as never, () => undefined as never),
        ),
        {
          id: 'run-1',
        },
      )
      const receiver = receiving(await bridged(runtime))
      const work = await receiver.sessionOf('work')
      run.actorOf('odd', 'work')!.send({ type: 'go' })
      await run.kill()
      await receiver.gone(work)
      expect(receiver.statesOf('work').length).toBeGreaterThan(2)
      expect(receiver.machineOf('work').initialState.value).toEqual(receiver.statesOf('work')[0])
      expect(receiver.eventsOf('work')[0]).toBe('go')
    },
  )
})
