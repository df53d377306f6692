import type { StandardSchemaV1 } from '@standard-schema/spec'
import { describe, expectTypeOf, it } from 'vitest'
import { type AnyActorLogic, fromPromise, type InputFrom, type OutputFrom } from 'xstate'
import { dag, type Dag, type DagOutputs } from '../../src/graph/dag.ts'
import { plan } from '../../src/graph/make-plan.ts'
import type { HandlerContext } from '../../src/graph/handler.ts'
import type { AnyDag, Plan } from '../../src/graph/plan.ts'
import type { Work } from '../../src/graph/work.ts'

declare function logic<L extends AnyActorLogic, Context>(
  actorLogic: L,
  input: (context: Context) => InputFrom<L>,
): Work<Context, OutputFrom<L>>
declare function command(file: string): Work<unknown, string>
declare const schema: StandardSchemaV1<{ depth?: string }, { depth: number }>

const reviewLogic = fromPromise<{ ok: boolean }, { diff: string }>(async ({ input }) => ({
  ok: input.diff === '',
}))
const base = dag('release').task('build', async () => 'diff')

describe('the inputs of a handler', () => {
  it('are the outputs of its dependencies', () => {
    base
      .task('size', () => 3)
      .task('test', { needs: ['build', 'size'] }, ({ inputs, input }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly build: string; readonly size: number }>()
        expectTypeOf(input).toEqualTypeOf<undefined>()
      })
      .task('alone', { timeout: '1m' }, ({ inputs }) => {
        // @ts-expect-error it needs nothing
        return inputs.build
      })
      .task('other', ({ inputs }) => {
        // @ts-expect-error it needs nothing
        return inputs.build
      })
  })

  it('have no other keys', () => {
    base
      .task('size', () => 3)
      .task('test', { needs: ['build'] }, ({ inputs }) => {
        // @ts-expect-error size is not among its needs
        return inputs.size
      })
  })

  it('are optional for a teardown, which runs however its dependencies settle, unless its rule says otherwise', () => {
    const torn = base.task('down', { needs: ['build'], teardown: true }, ({ inputs }) => {
      expectTypeOf(inputs).toEqualTypeOf<{ readonly build?: string }>()
      return 1
    })
    expectTypeOf<DagOutputs<typeof torn>>().toEqualTypeOf<{ readonly build: string; readonly down: number }>()
    base.task('undo', { needs: ['build'], teardown: true, when: 'all-completed' }, ({ inputs }) => {
      expectTypeOf(inputs).toEqualTypeOf<{ readonly build: string }>()
    })
    base.task('plain', { needs: ['build'], teardown: false }, ({ inputs }) => {
      expectTypeOf(inputs).toEqualTypeOf<{ readonly build: string }>()
    })
  })

  it('are optional under any rule but all-completed', () => {
    base.task('clean', { needs: ['build'], when: 'all-settled' }, ({ inputs }) => {
      expectTypeOf(inputs).toEqualTypeOf<{ readonly build?: string }>()
    })
    base.task('clean', { needs: ['build'], when: 'all-completed' }, ({ inputs }) => {
      expectTypeOf(inputs).toEqualTypeOf<{ readonly build: string }>()
    })
    base.task(
      'clean',
      { needs: ['build'], when: (outcomes) => outcomes['build'] !== undefined },
      ({ inputs }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly build?: string }>()
      },
    )
  })

  it('are optional where the dependency may be ignored', () => {
    base
      .task('lint', { onFailure: 'ignore' }, () => 1)
      .task('ask', { onFailure: 'ask' }, () => true)
      .task('stop', { onFailure: 'abort' }, () => null)
      .task('ship', { needs: ['build', 'lint', 'ask', 'stop'] }, ({ inputs }) => {
        expectTypeOf(inputs).toEqualTypeOf<{
          readonly build: string
          readonly stop: null
          readonly lint?: number
          readonly ask?: boolean
        }>()
      })
  })

  it('are optional where the defaults may say so, unless the tasks say otherwise', () => {
    dag('lenient', { defaults: { onFailure: 'ignore' } })
      .task('a', () => 1)
      .task('b', { onFailure: 'skip' }, () => 2)
      .task('c', { needs: ['a', 'b'], when: 'all-completed' }, ({ inputs }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly b: number; readonly a?: number }>()
      })
      .task('d', { needs: ['b'] }, ({ inputs }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly b?: number }>()
      })
    dag('plain', { defaults: { onFailure: 'abort', timeout: '1m' } })
      .task('a', () => 1)
      .task('b', { needs: ['a'] }, ({ inputs }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly a: number }>()
      })
  })
})

describe('work for an executor', () => {
  it('has the inputs of the task it is given to', () => {
    const reviewed = base.task(
      'review',
      { needs: ['build'] },
      logic(reviewLogic, ({ inputs }) => ({ diff: inputs.build })),
    )
    expectTypeOf<DagOutputs<typeof reviewed>>().toEqualTypeOf<{
      readonly build: string
      readonly review: { ok: boolean }
    }>()
    base.task(
      'review',
      { needs: ['build'] },
      logic(reviewLogic, ({ inputs }) => {
        // @ts-expect-error not among its needs
        return { diff: inputs.bild }
      }),
    )
  })

  it('gives its output to dependents', () => {
    base
      .task('deploy', { needs: ['build'], priority: 'high' }, command('sh'))
      .task('tell', { needs: ['deploy'] }, ({ inputs }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly deploy: string }>()
      })
  })

  it('that expects other inputs is refused', () => {
    const work = {} as Work<HandlerContext<{ readonly size: number }>, string>
    // @ts-expect-error build gives a string, and is not called size
    base.task('deploy', { needs: ['build'] }, work)
  })
})

describe('wrong use of a dag', () => {
  it('is refused: a dependency that is not defined before', () => {
    // @ts-expect-error biuld is not defined
    base.task('test', { needs: ['biuld'] }, () => 1)
    // @ts-expect-error a task cannot need itself
    base.task('test', { needs: ['test'] }, () => 1)
  })

  it('is refused: an id that is there already', () => {
    // @ts-expect-error build is there already
    base.task('build', () => 1)
    // @ts-expect-error build is there already
    base.task('build', { timeout: '1s' }, () => 1)
  })

  it('is refused: options that do not exist', () => {
    // @ts-expect-error it is called retry
    base.task('test', { retries: 3 }, () => 1)
    // @ts-expect-error there is no such rule
    base.task('test', { needs: ['build'], when: 'all-complete' }, () => 1)
    // @ts-expect-error there is no such priority
    base.task('test', { priority: 'urgent' }, () => 1)
    // @ts-expect-error there is no such answer to a failure
    base.task('test', { onFailure: 'retry' }, () => 1)
    // @ts-expect-error needs belong to tasks
    dag('x', { defaults: { needs: [] } })
    // @ts-expect-error it is called concurrency
    dag('x', { concurency: 1 })
  })

  it('is refused: a run that is neither a handler nor work', () => {
    // @ts-expect-error a text is not work
    base.task('test', 'npm test')
  })
})

describe("a run's input", () => {
  it('is named by the type argument', () => {
    const crawl = dag<{ url: string }>('crawl').task('get', ({ input }) => {
      expectTypeOf(input).toEqualTypeOf<{ url: string }>()
    })
    expectTypeOf(crawl.plan()).toExtend<Plan<unknown, { url: string }>>()
    // @ts-expect-error the input is another
    const other: AnyDag<unknown, { path: string }> = crawl
    void other
  })

  it('is told by the schema', () => {
    dag('crawl', { input: schema }).task('get', ({ input }) => {
      expectTypeOf(input).toEqualTypeOf<{ depth: number }>()
    })
    dag('crawl', { input: schema, defaults: { onFailure: 'ignore' } }).task('get', ({ input }) => {
      expectTypeOf(input).toEqualTypeOf<{ depth: number }>()
    })
    dag<{ url: string }>('crawl', { defaults: { onFailure: 'ask' } }).task('get', ({ input }) => {
      expectTypeOf(input).toEqualTypeOf<{ url: string }>()
    })
  })
})

describe('the outputs of a dag', () => {
  it('lack that of a task that asks before it starts, and of what needs it, where the answer may be no', () => {
    const asking = base
      .task('deploy', { needs: ['build'], confirm: 'Deploy?' }, () => 'live')
      .task('tell', { needs: ['deploy'] }, ({ inputs }) => {
        // It does not start without.
        expectTypeOf(inputs).toEqualTypeOf<{ readonly deploy: string }>()
        return 1
      })
      .task('log', { needs: ['deploy'], when: 'all-settled' }, () => true)
    expectTypeOf<DagOutputs<typeof asking>>().toEqualTypeOf<{
      readonly build: string
      readonly log: boolean
      readonly deploy?: string
      readonly tell?: number
    }>()
    const byDefault = dag('x', { defaults: { confirm: 'Sure?' } }).task('a', () => 1)
    expectTypeOf<DagOutputs<typeof byDefault>>().toEqualTypeOf<{ readonly a?: number }>()
  })

  it('are those of all tasks, optional where a completed run may lack them', () => {
    const whole = base
      .task('lint', { onFailure: 'ignore' }, () => 1)
      .task('mail', { needs: ['build'], when: 'any-failed' }, () => 'sent')
      .task('read', { needs: ['mail'] }, () => 'read')
      .task('clean', { needs: ['mail', 'read'], when: 'all-settled' }, async () => 7n)
      .task('ship', { needs: ['build', 'clean'] }, () => null)
    interface Expected {
      readonly build: string
      readonly clean: bigint
      readonly ship: null
      readonly lint?: number
      readonly mail?: string
      readonly read?: string
    }
    expectTypeOf<DagOutputs<typeof whole>>().toEqualTypeOf<Expected>()
    const planned = whole.plan()
    expectTypeOf<DagOutputs<typeof planned>>().toEqualTypeOf<Expected>()
  })

  it('are unknown for a dag from data', () => {
    const planned = plan({ name: 'data', tasks: { a: { run: () => 1 } } })
    expectTypeOf<DagOutputs<typeof planned>>().toEqualTypeOf<Readonly<Record<string, unknown>>>()
  })
})

describe('any dag', () => {
  it('is an AnyDag', () => {
    expectTypeOf(base).toExtend<AnyDag>()
    expectTypeOf(dag<{ url: string }>('x', { defaults: { onFailure: 'ask' } })).toExtend<AnyDag>()
    expectTypeOf(base.plan()).toExtend<Plan>()
  })

  it('may be built in a loop, with ids that are not known', () => {
    const id: string = 'a'
    const looped = dag('loop')
      .task(id, () => 1)
      .task(id, { needs: [id] }, ({ inputs }) => {
        expectTypeOf(inputs[id]).toEqualTypeOf<number | undefined>()
      })
    expectTypeOf(looped).toExtend<Dag<undefined, { readonly id: string; readonly output: unknown }>>()
  })
})

describe('a dag from data', () => {
  it('has handlers that may name the inputs they expect', () => {
    plan<{ url: string }>({
      name: 'data',
      tasks: {
        a: { run: ({ inputs, input }) => [inputs['x'], input.url] },
        b: {
          needs: ['a'],
          run: ({ inputs }: HandlerContext<{ readonly a: string }, { url: string }>) => inputs.a.length,
        },
        c: { needs: ['b'], run: command('sh') },
      },
    })
    plan({ name: 'data', tasks: [['a', { run: () => 1 }]] })
    plan({ name: 'data', tasks: [{ id: 'a', run: () => 1 }] })
    // @ts-expect-error there is no such option
    plan({ name: 'data', tasks: { a: { run: () => 1, retries: 2 } } })
    // @ts-expect-error a task needs a run
    plan({ name: 'data', tasks: { a: {} } })
  })
})
