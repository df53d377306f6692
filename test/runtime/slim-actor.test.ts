import { createHash } from 'node:crypto'
import { createRuntime, plan, SimulatedClock } from 'dagmar'
import { from } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { Actor, createActor, fromTransition, setup, toPromise, waitFor } from 'xstate'
import { isKnownXState } from '../../src/runtime/actor/known-xstate.ts'
import { lastingSnapshots } from '../../src/runtime/actor/lasting-snapshots.ts'
import { SlimActor } from '../../src/runtime/actor/slim-actor.ts'
import { compile } from '../../src/runtime/compile/compile.ts'
import { actors } from '../ways/actors.ts'
import { slimActor } from './actor-course.ts'

const relied = [
  'start',
  '_process',
  'update',
  '_stop',
  '_stopProcedure',
  '_complete',
  '_reportError',
  '_error',
  '_send',
  'send',
  'subscribe',
  'on',
  'getSnapshot',
  'getPersistedSnapshot',
  'toJSON',
] as const

describe('the XState that is installed', () => {
  it('has the actors that slim ones stand in for', () => {
    expect(isKnownXState()).toBe(true)
  })

  it('has the very methods that slim actors inherit or replace', () => {
    const methods = Actor.prototype as unknown as Readonly<Record<string, () => void>>
    const text = relied.map((name) => String(methods[name])).join('\n')
    expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).toBe('3d0f7ea6a4a69c4a')
  })
})

/** A dag whose one task runs for 10 ms, started. */
async function running(options: { readonly mode?: 'interpreted' } = {}) {
  const clock = new SimulatedClock()
  const runtime = createRuntime({ ...options, clock })
  const wait = () => new Promise((resolve) => clock.setTimeout(() => resolve(7), 10))
  const run = runtime.dispatch(plan({ name: 'one', tasks: { build: { run: wait } } }), { id: 'run-1' })
  await clock.advanceAsync(1)
  return { clock, runtime, run, task: run.actorOf('build')! }
}

describe('a run', () => {
  it('makes slim actors where nobody inspects and its machines are compiled', async () => {
    const isSlim = (actor: unknown): boolean => actor instanceof SlimActor
    const { run, task } = await running()
    expect([isSlim(run.actor), isSlim(task)]).toEqual(Array.from({ length: 2 }, () => actors === 'slim'))
    const interpreted = await running({ mode: 'interpreted' })
    expect([isSlim(interpreted.run.actor), isSlim(interpreted.task)]).toEqual([false, false])
  })
})

describe("XState's ways of using an actor", () => {
  it('work on a task and on a run', async () => {
    const { clock, run, task } = await running()
    const values: unknown[] = []
    from(task as never).subscribe((snapshot) => values.push((snapshot as { value: unknown }).value))
    const completed = waitFor(task, (snapshot) => snapshot.matches('completed'))
    const outputs = [toPromise(task), toPromise(run.actor)]
    expect(task).toBeInstanceOf(Actor)
    expect(JSON.stringify(task)).toBe('{"xstate$$type":1,"id":"build"}')
    expect(task.getPersistedSnapshot()).toMatchObject({ value: 'running', context: { taskId: 'build' } })
    await clock.advanceAsync(10)
    expect((await completed).context.output).toBe(7)
    expect(await Promise.all(outputs)).toMatchObject([{ taskId: 'build', output: 7 }, { runId: 'run-1' }])
    expect(values).toEqual(['completed'])
  })
})

describe('a slim actor', () => {
  const counter = (context: object) => {
    const machine = setup({ types: {} as { context: { count: number } } }).createMachine({
      context: context as { count: number },
      initial: 'on',
      states: { on: { on: { add: { actions: ({ context }) => context.count++ } } } },
    })
    return lastingSnapshots(compile(machine))
  }
  const parentOf = () => createActor(fromTransition(() => 0, 0)).start()

  it('leaves the one context of its machine to the others', () => {
    const shared = { count: 0 }
    const logic = counter(shared)
    const parent = parentOf()
    for (const actor of [slimActor(logic, parent, undefined), slimActor(logic, parent, undefined)]) {
      ;(actor as unknown as { start(): void }).start()
      actor.send({ type: 'add' } as never)
      expect((actor.getSnapshot() as { context: unknown }).context).toEqual({ count: 1 })
    }
    expect(shared).toEqual({ count: 0 })
  })

  it('is on the list of its system from the moment its session id is read until it ends', () => {
    const parent = parentOf()
    const told: string[] = []
    const system = parent.system as unknown as Record<'_register' | '_unregister', (...given: never) => void>
    for (const name of ['_register', '_unregister'] as const) {
      const own = system[name]
      system[name] = (...given) => {
        told.push(name)
        own(...given)
      }
    }
    const actor = slimActor(counter({ count: 0 }), parent, undefined)
    const hidden = actor as unknown as { start(): void; _stop(): void }
    hidden.start()
    expect(told).toEqual([])
    expect(actor.sessionId).toBe(actor.sessionId)
    hidden._stop()
    expect(told).toEqual(['_register', '_unregister'])
  })
})
