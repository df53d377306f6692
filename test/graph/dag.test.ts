import { describe, expect, it } from 'vitest'
import { dag } from '../../src/graph/dag.ts'
import { type AnyDag, planOf } from '../../src/graph/plan.ts'
import type { Work } from '../../src/graph/work.ts'
import { thrownBy } from './thrown.ts'

const idsOf = (source: AnyDag) => source.plan().tasks.map((task) => task.id)

describe('a dag', () => {
  it('has its tasks in the order in which they were added, with their options and work', () => {
    const handler = () => 1
    const work: Work<unknown, string> = { executor: 'process', work: { file: 'sh' } }
    const planned = dag('release', { concurrency: 2 })
      .task('build', handler)
      .task('deploy', { needs: ['build'], priority: 'high' }, work)
      .plan()
    expect(planned).toMatchObject({ name: 'release', concurrency: 2 })
    expect(planned.tasks).toMatchObject([
      { id: 'build', executor: 'inline', work: handler, needs: [] },
      { id: 'deploy', executor: 'process', work: { file: 'sh' }, needs: [0], priority: 50 },
    ])
  })

  it('is not changed by those that go on from it', () => {
    const base = dag('base').task('a', () => 1)
    const left = base.task('left', { needs: ['a'] }, () => 2)
    const right = base.task('right', { needs: ['a'] }, () => 3).task('left', () => 'mine')
    expect(idsOf(base)).toEqual(['a'])
    expect(idsOf(left)).toEqual(['a', 'left'])
    expect(idsOf(right)).toEqual(['a', 'right', 'left'])
  })

  it('is planned once', () => {
    const once = dag('once').task('a', () => 1)
    expect(once.plan()).toBe(once.plan())
    expect(planOf(once)).toBe(once.plan())
    expect(planOf(once.plan())).toBe(once.plan())
  })

  it('says what is wrong when it is planned, whatever the types were told', () => {
    const twice = dag('twice')
      .task('a', () => 1)
      .task('a' as string, () => 2)
    expect(thrownBy(() => twice.plan()).code).toBe('DAG_DUPLICATE_TASK')
    const unknown = dag('unknown').task('a', { needs: ['b' as never] }, () => 1)
    expect(thrownBy(() => unknown.plan()).code).toBe('DAG_UNKNOWN_TASK')
  })

  it('of 100,000 tasks in a chain is planned', () => {
    let chain = dag('chain').task('t0' as string, () => 0)
    for (let index = 1; index < 100_000; index++)
      chain = chain.task(`t${index}`, { needs: [`t${index - 1}`] }, () => 0)
    expect(chain.plan().tasks).toHaveLength(100_000)
  })
})
