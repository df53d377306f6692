import { describe, expect, it } from 'vitest'
import { createRuntime, dag, fold, type RunFact } from 'dagmar'
import { dependentsOf, rootCauses } from '../../../../src/inspector/page/task/causes.ts'

const release = dag('release')
  .task('build', () => {
    throw new Error('it does not compile')
  })
  .task('lint', () => {
    throw new Error('unused')
  })
  .task('docs', { onFailure: 'ignore' }, () => {
    throw new Error('no words')
  })
  .task('test', { needs: ['build'] }, () => 1)
  .task('pack', { needs: ['test'] }, () => 1)
  .task('report', { needs: ['docs'] }, () => 1)

async function folded() {
  const run = createRuntime().dispatch(release)
  const facts: RunFact[] = []
  run.events$.subscribe((fact) => {
    if ('seq' in fact) facts.push(fact)
  })
  await run.result
  return fold(facts)
}

describe('the root causes of a failed run', () => {
  it('are those that failed by themselves, those with the most consequences first', async () => {
    expect(rootCauses(await folded())).toMatchObject([
      { taskId: 'build', consequences: 2, reason: 'it does not compile' },
      { taskId: 'lint', consequences: 0 },
    ])
  })
})

describe('the dependents of a task', () => {
  it('are those that need it', async () => {
    const { structure } = await folded()
    expect(dependentsOf(structure, 'build')).toEqual(['test'])
    expect(dependentsOf(structure, 'pack')).toEqual([])
  })
})
