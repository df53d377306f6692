import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findCycle } from '../../../../src/graph/cycle.ts'
import { linksOf } from '../../../../src/graph/structure.ts'
import { groupsOf } from '../../../../src/inspector/page/dag/alike.ts'
import { boxesOf } from '../../../../src/inspector/page/dag/boxes.ts'
import { wordsOfGroup } from '../../../../src/inspector/page/dag/box-words.ts'
import { modelOf, sceneOf } from '../../../../src/inspector/page/dag/scene.ts'
import { anyTasks, type MadeTask } from './made-dags.ts'

const list = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

function groupsIn(tasks: readonly MadeTask[]) {
  return groupsOf(
    tasks.map(({ id }) => id),
    linksOf(tasks),
  )
}

const brief = (tasks: readonly MadeTask[]) =>
  groupsIn(tasks).map(({ label, members }) => `${label} × ${members.length}`)

describe('tasks that look alike', () => {
  it('are one group if there are more than twelve of a matrix', () => {
    const matrix = (count: number): MadeTask[] => [
      { id: 'build', needs: [] },
      ...list(count, (index) => ({ id: `test(20, shard ${index})`, needs: ['build'] })),
      { id: 'report', needs: list(count, (index) => `test(20, shard ${index})`) },
    ]
    expect(brief(matrix(12))).toEqual([])
    expect(brief(matrix(13))).toEqual(['test(20, shard …) × 13'])
  })

  it.each([13, 80, 5_000])('have a box with room for their name beside how %d of them stand', (count) => {
    const tasks = list(count, (index) => ({ id: `unit(linux, ${index})`, needs: ['build'] }))
    const structure = [{ id: 'build', needs: [] }, ...tasks]
    const { boxes, layout } = sceneOf(modelOf(structure as never), () => false)
    const words = wordsOfGroup([
      ['completed', count - 1],
      ['failed', 1],
    ])
    // A sign of the name takes 7.3 pixels, one of the words in a smaller font with signs of all widths 5.5.
    const needed = boxes[1]!.label.length * 7.3 + 24 + words.length * 5.5
    expect(layout.widths[1]).toBeGreaterThanOrEqual(needed)
  })

  it('are one group by their links alone, whatever their names', () => {
    const names = 'ant bee cat dog eel fox gnu hen ibis jay kite lark mole'.split(' ')
    expect(brief([{ id: 'start', needs: [] }, ...names.map((id) => ({ id, needs: ['start'] }))])).toEqual([
      'tasks × 13',
    ])
  })

  it('are folded link by link where many chains go side by side', () => {
    const tasks = list(40, (index) => [
      { id: `fetch-${index}`, needs: ['start'] },
      { id: `parse-${index}`, needs: [`fetch-${index}`] },
    ]).flat()
    const merge = { id: 'merge', needs: list(40, (index) => `parse-${index}`) }
    expect(brief([{ id: 'start', needs: [] }, ...tasks, merge])).toEqual(['fetch-… × 40', 'parse-… × 40'])
  })

  it('are groups of their own where they hang on tasks that are drawn one by one', () => {
    const tasks = ['linux', 'mac'].flatMap((os) => [
      { id: `build(${os})`, needs: [] },
      ...list(20, (index) => ({ id: `test(${os}, ${index})`, needs: [`build(${os})`] })),
    ])
    expect(brief(tasks)).toEqual(['test(linux, …) × 20', 'test(mac, …) × 20'])
  })

  it('leave out one that needs something else', () => {
    const tasks = list(14, (index) => ({ id: `map-${index}`, needs: index === 5 ? ['a', 'b'] : ['a'] }))
    const groups = groupsIn([{ id: 'a', needs: [] }, { id: 'b', needs: [] }, ...tasks])
    expect(groups.map(({ members }) => members.length)).toEqual([13])
    expect(groups[0]!.members).not.toContain(7)
  })

  it('are folded from five on in a large dag', () => {
    const tasks = list(600, (index) => [
      { id: `a${index}`, needs: index === 0 ? [] : [`a${index - 1}`] },
      { id: `other${index * index}`, needs: index === 0 ? [] : [`a${index - 1}`] },
    ]).flat()
    const five = list(5, (index) => ({ id: `five(${index})`, needs: ['a0'] }))
    expect(brief([...tasks, ...five])).toContain('five(…) × 5')
    expect(brief([...tasks.slice(0, 600), ...five])).toEqual([])
  })

  it('are folded so that boxes need each other in no circle, and no task or edge gets lost', () => {
    fc.assert(
      fc.property(anyTasks(120), fc.boolean(), (given, isSpread) => {
        // With one need each, many tasks are linked alike.
        const tasks = given.map(({ id, needs }) => ({ id, needs: isSpread ? needs.slice(0, 1) : needs }))
        const ids = tasks.map(({ id }) => id)
        const links = linksOf(tasks)
        const { boxes, boxOf, links: folded } = boxesOf(ids, links, groupsOf(ids, links), () => false)
        expect(findCycle(folded)).toBeUndefined()
        expect(boxes.flatMap((box) => box.tasks).toSorted((a, b) => a - b)).toEqual([...ids.keys()])
        for (const [task, { needs }] of links.entries()) {
          for (const need of needs) expect(folded[boxOf[task]!]!.needs).toContain(boxOf[need]!)
        }
      }),
    )
  })

  it('are drawn one by one once they are unfolded', () => {
    const tasks = [{ id: 'a', needs: [] }, ...list(20, (index) => ({ id: `b${index}`, needs: ['a'] }))]
    const ids = tasks.map(({ id }) => id)
    const links = linksOf(tasks)
    const groups = groupsOf(ids, links)
    const keys = (unfolded: string) =>
      boxesOf(ids, links, groups, (key) => key === unfolded).boxes.map(({ key }) => key)
    expect(keys('nothing')).toEqual(['a', 'b0'])
    expect(keys('b0')).toEqual(ids)
  })
})
