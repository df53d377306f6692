import { demand } from './carried-out.ts'
import type { ExecutorUnderTest } from './executor-under-test.ts'
import { demandCompleted, demandFailed, type TriedCase } from './tried-case.ts'

const isSign: ReadonlySet<string> = new Set(['attempt.heartbeat', 'attempt.output', 'attempt.progress'])

/** What an executor takes on, and what comes of it. */
export function workingCases({ work }: ExecutorUnderTest): readonly TriedCase[] {
  const { beats } = work
  return [
    {
      name: 'declares a capacity that is an integer of 1 or more, or none',
      run: async ({ executor: { capacity } }) => {
        const isSound =
          capacity === undefined || capacity === Infinity || (Number.isInteger(capacity) && capacity >= 1)
        demand(isSound, `the capacity is ${String(capacity)}`)
      },
    },
    {
      name: 'answers whether it accepts by yes or no, and changes nothing by it',
      run: async ({ executor }) => {
        if (executor.accepts === undefined) return
        const answers = [1, 2, 3].map(() => executor.accepts!(0, 'task', work.completes('x')))
        demand(typeof answers[0] === 'boolean', `it answered ${String(answers[0])}`)
        demand(new Set(answers).size === 1, 'the same question got different answers')
      },
    },
    {
      name: 'tells that an attempt has started, then gives its output as the one last report',
      run: async ({ start }) => {
        const attempt = start(work.completes('the output'))
        demandCompleted(await attempt.last(), 'the output')
        await attempt.settled()
      },
    },
    {
      name: 'tells the failure of work that fails',
      run: async ({ start }) => {
        const attempt = start(work.fails('it broke'))
        demandFailed(await attempt.last(), 'it broke')
        await attempt.settled()
      },
    },
    ...Object.entries(work.breaks ?? {}).map(
      ([what, broken]): TriedCase => ({
        name: `tells the failure of work that ${what}`,
        run: async ({ start }) => {
          const attempt = start(broken())
          demandFailed(await attempt.last(), '')
          await attempt.settled()
        },
      }),
    ),
    {
      name: 'carries out one attempt after the other',
      run: async ({ start }) => {
        for (let next = 0; next < 3; next++) {
          demandCompleted(await start(work.completes(`output ${next}`)).last(), `output ${next}`)
        }
      },
    },
    {
      name: 'does not mix attempts that are live at once',
      run: async ({ executor, start }) => {
        if (executor.capacity === 1) return
        const hanging = start(work.hangs())
        const failing = start(work.fails('only this one'))
        demandFailed(await failing.last(), 'only this one')
        demandCompleted(await start(work.completes('only that one')).last(), 'only that one')
        demand(!hanging.isOver, 'the end of one attempt ended another')
        await hanging.started()
        executor.abort(hanging.attemptId)
        await hanging.last()
        await Promise.all([hanging.settled(), failing.settled()])
      },
    },
    ...(beats === undefined
      ? []
      : [
          {
            name: 'tells signs of work between the start and the end',
            run: async ({ start }) => {
              const attempt = start(beats())
              await attempt.last()
              const signs = attempt.reports.filter(({ type }) => isSign.has(type))
              demand(signs.length > 0, 'there was none')
              await attempt.settled()
            },
          } satisfies TriedCase,
        ]),
  ]
}
