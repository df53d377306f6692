import { createRuntime, type Plan, plan, type TaskDefinition } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { selectTasks } from '../../src/plan-file/select-tasks.ts'

const task = (...needs: string[]): TaskDefinition => ({ needs, run: ({ inputs }) => Object.keys(inputs) })

/** build → test(1), test(2) → deploy → tell; lint → tell */
const release = plan({
  name: 'release',
  tasks: {
    tell: task('deploy', 'lint'),
    build: task(),
    'test(1)': task('build'),
    'test(2)': task('build'),
    lint: { ...task(), onFailure: 'ignore', priority: 'high' },
    deploy: task('test(1)', 'test(2)'),
  },
})
const groups = new Map([['test', ['test(1)', 'test(2)']]])
const ids = (selected: Plan): string[] => selected.tasks.map(({ id }) => id)

describe('a selection of tasks', () => {
  it('of everything is the plan itself', () => {
    expect(selectTasks(release, {})).toBe(release)
  })

  it('by --only has what they need', () => {
    expect(ids(selectTasks(release, { only: ['test(2)'] }))).toEqual(['build', 'test(2)'])
    expect(ids(selectTasks(release, { only: ['deploy'] }))).toEqual(['build', 'test(1)', 'test(2)', 'deploy'])
  })

  it('by --from has what depends on them, without the needs that are left out', async () => {
    const selected = selectTasks(release, { from: ['deploy'] })
    expect(selected.structure).toMatchObject([
      { id: 'tell', needs: ['deploy'] },
      { id: 'deploy', needs: [] },
    ])
    await using runtime = createRuntime()
    expect(await runtime.run(selected)).toEqual({ tell: ['deploy'], deploy: [] })
  })

  it('by both has what is in both', () => {
    expect(ids(selectTasks(release, { from: ['test(1)'], only: ['deploy'] }))).toEqual(['test(1)', 'deploy'])
  })

  it('takes the name of a matrix for all its tasks', () => {
    expect(ids(selectTasks(release, { only: ['test'], groups }))).toEqual(['build', 'test(1)', 'test(2)'])
  })

  it('keeps priorities, and numbers its tasks anew', () => {
    const selected = selectTasks(release, { only: ['tell'] })
    expect(ids(selected)).toEqual(ids(release))
    expect(selected.rank).toEqual(release.rank)
    const some = selectTasks(release, { only: ['lint', 'build'] })
    expect([...some.rank]).toEqual([1, 0])
    expect(some.tasks.map(({ index }) => index)).toEqual([0, 1])
    expect([some.indexOf('lint'), some.indexOf('tell')]).toEqual([1, undefined])
  })

  it('may end with the first failure, or go on after each, but leaves alone what is ignored or asked about', () => {
    const kinds = ['skip', 'abort', 'ignore', 'ask'] as const
    const mixed = plan({
      name: 'mixed',
      tasks: kinds.map((onFailure) => [onFailure, { run: () => 1, onFailure }] as const),
    })
    const after = (afterFailure: 'go-on' | 'end') =>
      selectTasks(mixed, { afterFailure }).tasks.map(({ policy }) => policy.onFailure)
    expect(after('go-on')).toEqual(['skip', 'skip', 'ignore', 'ask'])
    expect(after('end')).toEqual(['abort', 'abort', 'ignore', 'ask'])
    expect(mixed.tasks.map(({ policy }) => policy.onFailure)).toEqual(kinds)
  })

  it('is refused when no task is in both of two selections', () => {
    expect(() => selectTasks(release, { only: ['build'], from: ['deploy'], groups })).toThrow(
      'No task is both in --only build and in --from deploy.',
    )
  })

  it('names the nearest task where there is none of that name', () => {
    expect(() => selectTasks(release, { only: ['tets'], groups })).toThrow(
      "The plan has no task 'tets'. Did you mean 'test'?",
    )
  })
})
