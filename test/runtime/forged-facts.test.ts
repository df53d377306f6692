import { type Fact, plan } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { fails, ok, simulated, watch } from './watching.ts'

const eventful = plan({
  name: 'eventful',
  tasks: {
    build: { run: ({ log, progress }) => (log('built'), progress(50, 'half'), 'bundle') },
    flaky: { run: fails('no luck'), retry: { maxAttempts: 2, backoff: { base: 1, jitter: 0 } } },
    test: { run: ok, needs: ['build'] },
    deploy: { run: ok, needs: ['flaky'] },
    notify: { run: ok, needs: ['flaky'], when: 'any-failed' },
  },
})

/** Writes whatever it can into a fact and all that hangs on it. What it cannot is refused by the engine. */
function forge(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) {
    forge(part)
    Reflect.set(value, key, typeof part === 'number' ? part + 1_000 : 'forged')
  }
  Reflect.set(value, 'forged', true)
}

async function played(...forgers: readonly ('run' | 'runtime' | 'hook')[]) {
  const hooks = { 'task.complete': forge, 'task.abort': forge }
  const { runtime, wait } = simulated(forgers.includes('hook') ? { hooks } : {})
  if (forgers.includes('runtime')) runtime.events$.subscribe(forge)
  const run = runtime.dispatch(eventful, { id: 'r', labels: { team: 'blue' } })
  if (forgers.includes('run')) run.events$.subscribe(forge)
  const watched = forgers.length > 1 || forgers.length === 0 ? watch(run) : undefined
  await wait(1_000)
  const replayed: Fact[] = []
  run.events().subscribe((fact) => {
    replayed.push(fact)
  })
  // Whoever replays may forge as well.
  for (const fact of replayed) if (forgers.length > 0) forge(fact)
  for (const fact of run.story('flaky')) if (forgers.length > 0) forge(fact)
  const again: Fact[] = []
  run.events().subscribe((fact) => {
    again.push(fact)
  })
  return JSON.parse(
    JSON.stringify({
      told: watched?.told,
      again,
      tasks: [...run.view().tasks.values()],
      status: run.view().status,
      story: run.story('flaky'),
      outcomes: (await run.result).outcomes,
    }),
  ) as { told?: unknown }
}

describe('an observer that writes into facts', () => {
  it('forges them neither for others nor for the view, the story, a replay or the result', async () => {
    const { told, ...honest } = await played()
    for (const forgers of [
      ['run', 'runtime', 'hook'],
      ['run', 'hook'],
    ] as const) {
      expect(await played(...forgers)).toEqual({ told, ...honest })
    }
    for (const forger of ['run', 'runtime', 'hook'] as const) expect(await played(forger)).toEqual(honest)
  })

  it('nor can who gave labels to dispatch change them afterwards', async () => {
    const { runtime, wait } = simulated()
    const labels = { team: 'blue' }
    const run = runtime.dispatch(eventful, { labels })
    await wait(1_000)
    labels.team = 'red'
    const facts: Fact[] = []
    run.events().subscribe((fact) => {
      facts.push(fact)
    })
    expect(facts[0]).toMatchObject({ type: 'run.created', labels: { team: 'blue' } })
  })
})
