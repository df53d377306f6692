import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linksOf } from '../../../../src/graph/structure.ts'
import { layoutOf } from '../../../../src/inspector/page/dag/layout.ts'
import { neighbourOf, reachOf } from '../../../../src/inspector/page/dag/reach.ts'
import { anyTasks, madeTasks } from './made-dags.ts'

describe('what a task needs, and what needs it', () => {
  it('is all that a path leads to or comes from', () => {
    fc.assert(
      fc.property(anyTasks(25), fc.nat(1_000), (tasks, at) => {
        if (tasks.length === 0) return
        const links = linksOf(tasks)
        const box = at % tasks.length
        // Each task names only earlier ones, so that paths are found in one pass.
        const leadsTo = links.map(() => new Set<number>())
        for (const [task, { needs }] of links.entries()) {
          for (const need of needs) for (const one of [need, ...leadsTo[need]!]) leadsTo[task]!.add(one)
        }
        const expected = links.map((_, other) =>
          other === box || leadsTo[box]!.has(other) || leadsTo[other]!.has(box) ? 1 : 0,
        )
        expect([...reachOf(box, links)]).toEqual(expected)
      }),
    )
  })

  it('is found along a chain of ten thousand', () => {
    const links = linksOf(madeTasks(10_000, (index) => (index === 0 ? [] : [index - 1])))
    expect(reachOf(5_000, links).every((one) => one === 1)).toBe(true)
  })
})

describe('an arrow', () => {
  it('leads along an edge, or to the next box of the column, and back by the other one', () => {
    fc.assert(
      fc.property(anyTasks(30), fc.nat(1_000), (tasks, at) => {
        if (tasks.length === 0) return
        const links = linksOf(tasks)
        const room = { widths: tasks.map(() => 100), height: 28, gapX: 40, gapY: 8 }
        const layout = layoutOf(links, room)
        const box = at % tasks.length
        const left = neighbourOf(box, 'left', links, layout)
        if (links[box]!.needs.length === 0) expect(left).toBeUndefined()
        else expect(links[box]!.needs).toContain(left)
        const up = neighbourOf(box, 'up', links, layout)
        if (up === undefined) return
        expect(layout.x[up]).toBe(layout.x[box])
        expect(neighbourOf(up, 'down', links, layout)).toBe(box)
      }),
    )
  })
})
