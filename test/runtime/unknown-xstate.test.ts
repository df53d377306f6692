import { createRuntime, plan, type RunHandle } from 'dagmar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Actor } from 'xstate'
import type * as KnownXState from '../../src/runtime/actor/known-xstate.ts'

const prototype = Actor.prototype as unknown as Record<string, unknown>
const { _process } = prototype

/** The check, made anew of the XState that is there by then. */
async function check(): Promise<{ readonly isKnown: boolean; readonly told: string }> {
  vi.resetModules()
  const { isKnownXState } = await vi.importActual<typeof KnownXState>(
    '../../src/runtime/actor/known-xstate.ts',
  )
  let told = ''
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told += String(text)
    return true
  })
  const isKnown = isKnownXState()
  stderr.mockRestore()
  return { isKnown, told }
}

afterEach(() => {
  delete prototype['another']
  prototype['_process'] = _process
  vi.unstubAllEnvs()
  vi.doUnmock('../../src/runtime/actor/known-xstate.ts')
})

describe('an XState that is not the one that is known', () => {
  it('is noticed by the shape of its actors, and told of to who debugs alone', async () => {
    prototype['another'] = () => {}
    expect(await check()).toEqual({ isKnown: false, told: '' })
    vi.stubEnv('DAGMAR_DEBUG', '1')
    const { isKnown, told } = await check()
    expect(isKnown).toBe(false)
    expect(told).toMatch(/^dagmar: XState is not the one that is known here \(class: .* another /)
  })

  it('is noticed by what its actors do', async () => {
    prototype['_process'] = () => {}
    expect(await check()).toEqual({ isKnown: false, told: '' })
  })

  it('runs dags all the same, with actors that have the name of their kind', async () => {
    vi.resetModules()
    vi.doMock('../../src/runtime/actor/known-xstate.ts', () => ({ isKnownXState: () => false }))
    const library = await import('dagmar')
    const runtime = library.createRuntime()
    const ids: (string | undefined)[] = []
    const run: RunHandle = runtime.dispatch(
      library.plan({ name: 'one', tasks: { build: { run: () => ids.push(run.actorOf('build')?.id) } } }),
    )
    expect((await run.result).status).toBe('completed')
    expect([run.actor.id, ...ids]).toEqual(['dag', 'task'])
    const lasting = library.plan({
      name: 'lasting',
      tasks: { a: { run: () => new Promise(() => {}), killGrace: 1 } },
    })
    const killed = [runtime.dispatch(lasting), runtime.dispatch(lasting), runtime.dispatch(lasting)]
    await new Promise((resolve) => {
      setTimeout(resolve, 0)
    })
    killed[0]!.actor.send({ type: 'run.kill', reason: 'enough' })
    killed[1]!.actorOf('a')!.send({ type: 'task.kill', at: 0, reason: 'enough' })
    killed[1]!.actorOf('a')!.send({ type: 'attempt.ended', attempt: 1, at: 0, retryAt: 0 })
    await Promise.all([killed[0]!.result, killed[1]!.result])
    runtime.actor.stop()
    expect((await killed[2]!.result).reason).toBe('shutdown')
    await runtime.shutdown()
    expect(await createRuntime().run(plan({ name: 'two', tasks: { a: { run: () => 1 } } }))).toEqual({ a: 1 })
  })
})
