import fc from 'fast-check'
import { describe } from 'vitest'
import { type Outcome, plan, type RuleName, type TaskDefinition } from '../../src/index.ts'
import { ruleNames } from '../../src/graph/rules.ts'
import { desk, type Desk } from '../runtime/desk.ts'
import { byHand, simulated, type Watched } from '../runtime/watching.ts'
import { law } from './law.ts'

/** Every way in which a dependency may settle, and what has to be done for it. */
const ways = {
  completed: { tasks: (id) => ({ [id]: {} }), settle: ({ hand, id }) => hand.completes(`${id}/1`) },
  failed: { tasks: (id) => ({ [id]: {} }), settle: ({ hand, id }) => hand.fails(`${id}/1`) },
  ignored: {
    tasks: (id) => ({ [id]: { onFailure: 'ignore' } }),
    settle: ({ hand, id }) => hand.fails(`${id}/1`),
  },
  answered: {
    tasks: (id) => ({ [id]: { onFailure: 'ask' } }),
    settle: ({ hand, id, watched }) => {
      hand.fails(`${id}/1`)
      watched.run.answer(id, 'skip')
    },
  },
  killed: {
    tasks: (id) => ({ [id]: {} }),
    settle: ({ hand, id, watched }) => {
      void watched.run.kill(id)
      hand.ends(`${id}/1`)
    },
  },
  blocked: {
    tasks: (id) => ({ [`before-${id}`]: {}, [id]: { needs: [`before-${id}`] } }),
    settle: ({ hand, id }) => hand.fails(`before-${id}/1`),
  },
  'blocked further up': {
    tasks: (id) => ({
      [`first-${id}`]: {},
      [`before-${id}`]: { needs: [`first-${id}`] },
      [id]: { needs: [`before-${id}`], when: 'none-failed' },
    }),
    settle: ({ hand, id }) => hand.fails(`first-${id}/1`),
  },
  skipped: {
    tasks: (id) => ({ [`before-${id}`]: {}, [id]: { needs: [`before-${id}`], when: 'any-failed' } }),
    settle: ({ hand, id }) => hand.completes(`before-${id}/1`),
  },
} as const satisfies Readonly<Record<string, WayToSettle>>

interface WayToSettle {
  readonly tasks: (id: string) => Readonly<Record<string, Partial<TaskDefinition>>>
  readonly settle: (given: { readonly hand: Desk; readonly id: string; readonly watched: Watched }) => void
}

type Way = keyof typeof ways

/** How the tasks behind the dependencies end when these settle in the order of `places`. */
async function endsIn(rule: RuleName, dependencies: readonly Way[], places: readonly number[]) {
  const hand = desk()
  const { start, wait } = simulated({ executors: { hand }, concurrency: Infinity })
  const ids = dependencies.map((_, place) => `d${place}`)
  const tasks = Object.assign(
    {},
    ...dependencies.map((way, place) => ways[way].tasks(ids[place]!)),
  ) as Readonly<Record<string, Partial<TaskDefinition>>>
  const behind = {
    last: { needs: ids, when: rule },
    after: { needs: ['last'], when: 'none-failed' },
  } as const
  const watched = await start(
    plan({
      name: 'joined',
      tasks: Object.entries({ ...tasks, ...behind }).map(
        ([id, options]) => [id, { ...options, run: byHand }] as const,
      ),
    }),
  )
  const settle = (taskId: string): void => {
    if (watched.statuses()[taskId] === 'running') hand.completes(`${taskId}/1`)
  }
  for (const place of places) ways[dependencies[place]!].settle({ hand, id: ids[place]!, watched })
  settle('last')
  settle('after')
  await wait()
  return ['last', 'after'].map((id) => essence(watched.result?.outcomes[id]))
}

function essence(outcome: Outcome | undefined): string {
  return outcome?.status === 'skipped' ? `skipped, ${outcome.because}` : (outcome?.status ?? 'not settled')
}

const anyCase = fc
  .array(fc.constantFrom(...(Object.keys(ways) as Way[])), { minLength: 1, maxLength: 5 })
  .chain((dependencies) =>
    fc.record({
      rule: fc.constantFrom(...ruleNames),
      dependencies: fc.constant(dependencies),
      order: fc.shuffledSubarray([...dependencies.keys()], { minLength: dependencies.length }),
    }),
  )

describe('a task and the one behind it', () => {
  law(
    'The order in which the dependencies of a task settle changes neither whether nor why it is skipped.',
    anyCase,
    async ({ rule, dependencies, order }) => {
      const one = await endsIn(rule, dependencies, [...dependencies.keys()])
      const other = await endsIn(rule, dependencies, order)
      return one.join() === other.join()
        ? true
        : `last and after: ${one.join(' and ')} in one order, ${other.join(' and ')} in the other`
    },
  )
})
