import { type Fact, fold, resultOf } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { whyOf } from '../../../../src/events/why-of.ts'
import { isConsequence, isRootCause, looksOf } from '../../../../src/inspector/page/dag/looks.ts'
import { modelOf, sceneOf } from '../../../../src/inspector/page/dag/scene.ts'
import { noteOf } from '../../../../src/inspector/page/dag/note.ts'
import { type RecordedTask, recordRun } from './recorded-run.ts'

function seen(facts: readonly Fact[]) {
  const run = fold(facts)
  const scene = sceneOf(modelOf(run.structure), () => false)
  const statuses = Array.from(run.tasks.values(), ({ status }) => status)
  const looks = looksOf(scene, run, statuses)
  const withFault = (fault: number) =>
    run.structure.filter((_, place) => looks.taskFault[place] === fault).map(({ id }) => id)
  return { run, scene, looks, withFault }
}

const shards: readonly RecordedTask[] = [
  { id: 'build', ms: 100 },
  ...Array.from({ length: 20 }, (_, index) => ({
    id: `test(${index})`,
    needs: ['build'],
    ms: 100 + 10 * index,
    fails: index === 4 ? 9 : 0,
  })),
  { id: 'report', needs: Array.from({ length: 20 }, (_, index) => `test(${index})`) },
  { id: 'mail', needs: ['report'] },
]

describe('what a run makes of its boxes', () => {
  it('has the root causes and the consequences of its result', async () => {
    const { run, withFault } = seen(await recordRun('shards', shards))
    const { rootCauses, consequences } = resultOf(run)
    expect(withFault(isRootCause)).toEqual(rootCauses.map(({ taskId }) => taskId))
    expect(withFault(isConsequence)).toEqual(consequences.map(({ taskId }) => taskId))
    expect(withFault(isRootCause)).toEqual(['test(4)'])
    expect(withFault(isConsequence)).toEqual(['report', 'mail'])
  })

  it('counts the tasks of a folded group by status, those first that need somebody', async () => {
    const { looks, scene } = seen(await recordRun('shards', shards, { untilMs: 260, concurrency: 10 }))
    expect(scene.boxes.map(({ label }) => label)).toEqual(['build', 'test(…)', 'report', 'mail'])
    const counts = looks.counts.get(1)!
    expect(counts[0]).toEqual(['failed', 1])
    expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(20)
    expect(looks.fault[1]).toBe(isRootCause)
    expect(looks.status[1]).toBeUndefined()
  })
})

describe('the note beside a task', () => {
  it('says in a few words what it waits for, or why it did not complete', async () => {
    const notes = (facts: readonly Fact[]) => {
      const run = fold(facts)
      return Object.fromEntries(Array.from(run.tasks.values(), (task) => [task.id, noteOf(run, task)]))
    }
    const midway = await recordRun('shards', shards, { untilMs: 50, concurrency: 2 })
    expect(notes(midway)).toMatchObject({
      build: '',
      'test(3)': 'waits for build',
      report: 'waits for test(0) and 19 more',
    })
    const later = await recordRun('shards', shards, { untilMs: 150, concurrency: 2 })
    expect(whyOf(fold(later), 'test(9)').waitsFor[0]?.kind).toBe('room')
    expect(notes(later)['test(9)']).toBe('waits for room')
    expect(notes(await recordRun('shards', shards))).toMatchObject({
      'test(3)': '',
      'test(4)': 'test(4) found 1 of its inputs damaged',
      mail: 'because of test(4)',
    })
  })
})
