import { createRuntime, type Fact, plan, type RunHandle } from 'dagmar'
import { BehaviorSubject, Observable, Subject } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import { inspectElsewhere, type InspectOptions } from '../../src/inspector/inspect.ts'
import type {
  CommandElsewhere,
  RunElsewhere,
  RunsElsewhere,
} from '../../src/inspector/recording/runs-source.ts'
import { ProtocolClient } from './protocol-client.ts'
import { until } from './until.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
})

const about = { project: 'shop', labels: { team: 'blue' }, progress: 0, message: '', dispatchedAt: 5 }
const entry = (runId: string, status: string, job: Partial<typeof about> = {}): RunElsewhere => ({
  runId,
  name: 'release',
  status,
  tasks: 1,
  job: { ...about, ...job },
})

/** Runs of a runtime in this process, told of as if they were in another one. */
function elsewhere() {
  const handles = new Map<string, RunHandle>()
  const list = new BehaviorSubject<readonly RunElsewhere[]>([])
  const given: CommandElsewhere[] = []
  const asked: string[] = []
  let watched = 0
  const runs: RunsElsewhere = {
    runs$: list,
    events: (runId, from) => {
      asked.push(`${runId} from ${from}`)
      return new Observable<Fact>((observer) => {
        watched++
        const inner = handles.get(runId)?.events({ from, until: 'settled' }).subscribe(observer)
        return () => {
          watched--
          inner?.unsubscribe()
        }
      })
    },
    why: async (runId, taskId) => handles.get(runId)!.why(taskId),
    command: async (runId, command) => {
      given.push(command)
      if (command.command === 'redrive') void handles.get(runId)!.redrive()
      if (command.command === 'answer') throw new Error('too late')
    },
  }
  return { runs, handles, list, given, asked, watched: () => watched }
}

async function inspected(runs: RunsElsewhere, options: InspectOptions = {}): Promise<ProtocolClient> {
  const inspector = await inspectElsewhere(runs, options)
  const client = await new ProtocolClient(inspector.url).ready()
  open.push(inspector, client)
  client.say({ type: 'follow', log: '', after: 0 })
  return client
}

describe('runs in another process', () => {
  it('are listed, told of when something about them changes, and forgotten', async () => {
    const { runs, list } = elsewhere()
    list.next([entry('a', 'dispatched'), entry('b', 'running')])
    const client = await inspected(runs)
    await until(() => client.entries('', 'run').length === 2)
    list.next([entry('a', 'dispatched'), entry('b', 'running', { progress: 0.5 })])
    await until(() => client.entries('', 'run').length === 3)
    expect(client.entries('', 'run').at(-1)).toMatchObject({
      runId: 'b',
      status: 'running',
      tasks: 1,
      job: { project: 'shop', labels: { team: 'blue' }, progress: 0.5, dispatchedAt: 5 },
    })
    list.next([entry('b', 'running', { progress: 0.5 })])
    await until(() => client.entries('', 'gone').length === 1)
    expect(client.entries('', 'gone')[0]).toMatchObject({ runId: 'a' })
    expect(client.entries('', 'run').length).toBe(3)
  })

  it('are known to whoever comes when many changes have been given up', async () => {
    const { runs, list } = elsewhere()
    const message = 'x'.repeat(4_000)
    list.next([entry('old', 'completed'), entry('new', 'running')])
    const inspector = await inspectElsewhere(runs)
    open.push(inspector)
    for (let progress = 0; progress < 11_000; progress++) {
      list.next([entry('old', 'completed'), entry('new', 'running', { progress, message })])
    }
    const client = await new ProtocolClient(inspector.url).ready()
    open.push(client)
    client.say({ type: 'follow', log: '', after: 0 })
    await until(() => client.entries('', 'run').some(({ job }) => job!.progress === 10_999))
    expect(client.entries('', 'dropped').length).toBeGreaterThan(0)
    expect(client.entries('', 'run').map(({ runId }) => runId)).toContain('old')
  })

  it('are recorded once somebody opens them, and again from where they were when they are redriven', async () => {
    const { runs, list, handles, asked, watched } = elsewhere()
    let tries = 0
    const run = createRuntime().dispatch(
      plan({
        name: 'release',
        tasks: {
          build: {
            run: () => {
              if (++tries === 1) throw new Error('no')
            },
          },
        },
      }),
      { id: 'a' },
    )
    handles.set('a', run)
    await run.result
    list.next([entry('a', 'failed')])
    const client = await inspected(runs)
    await until(() => client.entries('', 'run').length === 1)
    expect(asked).toEqual([])
    client.say({ type: 'follow', log: 'a', after: 0 })
    const types = () => client.entries('a', 'fact').map(({ fact }) => fact.type)
    await until(() => types().at(-1) === 'run.failed')
    const before = types().length
    void run.redrive()
    list.next([entry('a', 'running')])
    await until(() => types().at(-1) === 'run.completed')
    expect(asked).toEqual(['a from 1', `a from ${before + 1}`])
    const seqs = client.entries('a', 'fact').flatMap(({ fact }) => ('seq' in fact ? [fact.seq] : []))
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
    await until(() => watched() === 0)
  })

  it('that nobody has heard of are refused', async () => {
    const { runs } = elsewhere()
    const client = await inspected(runs)
    client.say({ type: 'follow', log: 'x', after: 0 })
    await until(() => client.messages.some(({ type }) => type === 'refused'))
    expect(client.messages.at(-1)).toMatchObject({ type: 'refused', code: 'RUN_UNKNOWN' })
  })

  it('say why a task waits, and do what they are asked where control is on', async () => {
    const { runs, list, handles, given } = elsewhere()
    const run = createRuntime().dispatch(
      plan({ name: 'release', tasks: { build: { run: () => new Promise(() => undefined) } } }),
      { id: 'a' },
    )
    handles.set('a', run)
    list.next([entry('a', 'running')])
    const client = await inspected(runs, { control: true })
    expect(await client.ask({ type: 'why', id: 1, log: 'a', taskId: 'build' })).toMatchObject({
      type: 'answer',
      explanation: { taskId: 'build' },
    })
    expect(await client.ask({ type: 'why', id: 2, log: 'a', taskId: 'nobody' })).toMatchObject({
      type: 'refused',
      code: 'TASK_UNKNOWN',
    })
    expect(await client.ask({ type: 'command', id: 3, log: 'a', command: 'kill' })).toMatchObject({
      type: 'answer',
    })
    expect(given).toEqual([{ command: 'kill' }])
    expect(
      await client.ask({ type: 'command', id: 4, log: 'a', command: 'answer', taskId: 'build', answer: 1 }),
    ).toMatchObject({ type: 'refused', code: 'FAILED', message: 'too late' })
    expect(
      await client.ask({
        type: 'command',
        id: 5,
        log: 'a',
        command: 'send',
        actor: 'dag',
        event: { type: 'run.kill' },
      }),
    ).toMatchObject({ type: 'refused', code: 'ACTOR_UNKNOWN' })
    void run.kill()
  })

  it('change nothing without control', async () => {
    const { runs, list, given } = elsewhere()
    list.next([entry('a', 'running')])
    const client = await inspected(runs)
    expect(await client.ask({ type: 'command', id: 3, log: 'a', command: 'kill' })).toMatchObject({
      code: 'READ_ONLY',
    })
    expect(given).toEqual([])
  })

  it('that cannot be known are an error of the inspector, not an empty list', async () => {
    const { runs } = elsewhere()
    const broken = new Subject<readonly RunElsewhere[]>()
    const starting = inspectElsewhere({ ...runs, runs$: broken })
    broken.error(new Error('no supervisor'))
    await expect(starting).rejects.toThrow('no supervisor')
  })
})
