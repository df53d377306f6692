import {
  actorLogicExecutor,
  buffered,
  command,
  createRuntime,
  dag,
  DagmarError,
  inlineExecutor,
  logic,
  plan,
  processExecutor,
  type RunHandle,
  type Runtime,
  subscribeHooks,
} from 'dagmar'
import { readStg, readWfCommons, simulate } from 'dagmar/simulation'
import { checkDag } from 'dagmar/testing'
import { describe, expect, it } from 'vitest'
import { ok } from './watching.ts'

/** Nothing that any of the doors below takes, but for those in `good`. */
const bad: Readonly<Record<string, unknown>> = {
  null: null,
  number: 5,
  text: 'x',
  list: [],
  true: true,
  symbol: Symbol('x'),
  function: ok,
}

interface Things {
  readonly runtime: Runtime
  readonly run: RunHandle
}

const one = () => dag('one').task('a', ok)

type Door = readonly [
  door: string,
  open: (value: never, things: Things) => unknown,
  good?: string | undefined,
]

function options(
  names: string,
  door: (options: never, things: Things) => unknown,
): readonly (readonly [string, (value: never, things: Things) => unknown])[] {
  return names.split(' ').map((name) => [name, (value, things) => door({ [name]: value } as never, things)])
}

const doors: readonly Door[] = [
  ['plan()', (value) => plan(value)],
  ['a task of plan()', (value) => plan({ name: 'x', tasks: { a: value } })],
  ...options('pools defaults input timeout concurrency order', (more: object) =>
    plan({ name: 'x', tasks: { a: { run: ok } }, ...more }),
  ).map(
    ([name, open]) =>
      [`plan's ${name}`, open, name === 'timeout' || name === 'concurrency' ? 'number' : undefined] as const,
  ),
  ['the options of dag()', (value) => dag('x', value).task('a', ok).plan()],
  ['the options of task()', (value) => dag('x').task('a', value, ok).plan()],
  ['the handler of task()', (value) => dag('x').task('a', {}, value).plan(), 'function'],
  ['createRuntime()', (value) => createRuntime(value)],
  ...options('pools admission executors store clock hooks mode', (more) => createRuntime(more)).map(
    ([name, open]) => [`createRuntime's ${name}`, open] as const,
  ),
  ["createRuntime's inspect", (inspect) => createRuntime({ inspect }), 'function'],
  ['dispatch()', (value, { runtime }) => runtime.dispatch(value)],
  ['the options of dispatch()', (value, { runtime }) => runtime.dispatch(one(), value)],
  ['the options of run()', (value, { runtime }) => runtime.run(one(), value)],
  ...options('labels pools signal', (more, { runtime }) => runtime.dispatch(one(), more)).map(
    ([name, open]) => [`dispatch's ${name}`, open] as const,
  ),
  ['shutdown()', (value, { runtime }) => runtime.shutdown(value)],
  ['run.events()', (value, { run }) => run.events(value)],
  ['run.kill()', (value, { run }) => run.kill(value)],
  ['the options of run.kill()', (value, { run }) => run.kill(undefined, value)],
  ["run.kill's reason", (reason, { run }) => run.kill(undefined, { reason }), 'text'],
  ['run.why()', (value, { run }) => run.why(value)],
  ['run.story()', (value, { run }) => run.story(value)],
  ['run.actorOf()', (value, { run }) => run.actorOf(value)],
  ['run.redrive()', (value, { run }) => run.redrive(value)],
  [
    'run.answer()',
    (value, { run }) => {
      run.answer(value, 1)
    },
  ],
  ['buffered()', (value) => buffered(value)],
  ['the options of buffered()', (value, { run }) => buffered(run.events$, value)],
  ['subscribeHooks()', (value) => subscribeHooks(value, {})],
  ['the hooks of subscribeHooks()', (value, { run }) => subscribeHooks(run.events$, value)],
  ['command()', (value) => command(value), 'text'],
  ['the options of command()', (value) => command('ls', [], value)],
  ['logic()', (value) => (logic as (given: unknown) => unknown)(value)],
  ['inlineExecutor()', (value) => inlineExecutor(value)],
  ["inlineExecutor's capacity", (capacity) => inlineExecutor({ capacity }), 'number'],
  ['actorLogicExecutor()', (value) => actorLogicExecutor(value)],
  ['processExecutor()', (value) => processExecutor(value)],
  ['checkDag()', (value) => checkDag(value)],
  ['the options of checkDag()', (value) => checkDag(one(), value)],
  ...options('promises pools durations outputs', (more: object) => checkDag(one(), { runs: 0, ...more })).map(
    ([name, open]) => [`checkDag's ${name}`, open] as const,
  ),
  ["checkDag's onProgress", (onProgress) => checkDag(one(), { runs: 0, onProgress }), 'function'],
  ['simulate()', (value) => simulate(value)],
  ['the options of simulate()', (value) => simulate(one(), value)],
  ['readStg()', (value) => readStg(value)],
  ['readWfCommons()', (value) => readWfCommons(value)],
]

describe('what makes no sense', () => {
  it.each(doors.map(([door, open, good]) => ({ door, open, good })))(
    'is refused by $door with a DagmarError',
    async ({ open, good }) => {
      const runtime = createRuntime()
      const run = runtime.dispatch(one())
      await run.result
      const taken: string[] = []
      for (const [kind, value] of Object.entries(bad)) {
        if (kind === good) continue
        try {
          await open(value as never, { runtime, run })
          taken.push(kind)
        } catch (error) {
          if (!(error instanceof DagmarError)) taken.push(`${kind}: ${String(error)}`)
        }
      }
      expect(taken).toEqual([])
    },
  )
})
