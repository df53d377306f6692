import { expectTypeOf, test } from 'vitest'
import { dag } from '../../src/index.ts'
import { checkDag, type DagPromise, type DagReport } from '../../src/testing.ts'

test('checkDag takes any dag or plan, whatever its types, without its input', () => {
  const typed = dag<{ readonly url: string }>('typed').task('a', ({ input }) => input.url.length)
  expectTypeOf(checkDag(typed)).resolves.toEqualTypeOf<DagReport>()
  expectTypeOf(checkDag(typed.plan(), { seed: 2, faults: ['fails', 'run-killed'] })).resolves.toExtend<{
    readonly ok: boolean
  }>()
  // @ts-expect-error: no such kind of fault
  void checkDag(typed, { faults: ['fail'] })
})

test('a promise answers at once: yes, no, a text, or nothing', () => {
  expectTypeOf(() => true).toExtend<DagPromise>()
  expectTypeOf(() => 'what is wrong').toExtend<DagPromise>()
  expectTypeOf(() => {}).toExtend<DagPromise>()
  expectTypeOf(() => 3).not.toExtend<DagPromise>()
})
