import { describe, expect } from 'vitest'
import { anySource, type GivenItem, type Played, playSource, type Seen } from '../sources/scripted-source.ts'
import { law } from './law.ts'

const ranks = { critical: 2, medium: 1, low: 0 }

const goesBefore = (a: GivenItem, b: GivenItem): boolean =>
  ranks[a.priority] > ranks[b.priority] || (a.priority === b.priority && a.createdAt < b.createdAt)

const sourceFacts = (seen: readonly Seen[]) => seen.flatMap((one) => (one.of === 'source' ? [one.fact] : []))

/** Whoever got something that a more urgent item that was there could have had, as well. */
function overtakings({ seen, items }: Played): readonly string[] {
  const waiting = new Map<string, { isReady: boolean }>()
  const found: string[] = []
  for (const one of seen) {
    if (one.of === 'source' && one.fact.type === 'item.taken')
      waiting.set(one.fact.itemId, { isReady: false })
    if (one.of === 'source' && (one.fact.type === 'item.settled' || one.fact.type === 'item.refused'))
      waiting.delete(one.fact.itemId ?? '')
    if (one.of !== 'run' || one.fact.taskId === undefined) continue
    const { type, taskId } = one.fact
    const item = items.get(taskId)!
    const isReady = (id: string): boolean => waiting.get(id)?.isReady === true
    // What was taken before this one was ready began before it, or begins together with it.
    if (type === 'task.ready' || type === 'task.dispatched') {
      for (const [id] of waiting) {
        const other = items.get(id)!
        const isThere = type === 'task.ready' ? !isReady(id) : isReady(id)
        const wantsTheSame = other.requires.join(',') === item.requires.join(',')
        if (id !== taskId && isThere && wantsTheSame && goesBefore(other, item))
          found.push(`${type}: ${taskId} before ${id}`)
      }
    }
    if (type === 'task.ready' && waiting.has(taskId)) waiting.set(taskId, { isReady: true })
    if (type === 'task.dispatched' || type === 'task.skipped') waiting.delete(taskId)
  }
  return found
}

describe('the items of a source, whatever it does', () => {
  law(
    'priorities are respected among tasks that could start',
    anySource,
    async (given) => {
      expect(overtakings(await playSource(given))).toEqual([])
    },
    0.5,
  )

  law(
    'every item taken is given back exactly once',
    anySource,
    async (given) => {
      const { seen, state } = await playSource(given)
      expect(state).toBe('done')
      const owed = new Map<string, number>()
      const owe = (id: string, by: number): void => void owed.set(id, (owed.get(id) ?? 0) + by)
      for (const one of seen) {
        if (one.of === 'settle' && one.isLate) expect(one.outcome.status).toBe('released')
        else if (one.of === 'settle') owe(one.id, -1)
        else if (one.of === 'source') {
          const { fact } = one
          if (fact.type === 'item.taken' || fact.type === 'item.dropped') owe(fact.itemId, 1)
          if (fact.type === 'item.unsettled' && fact.until === undefined) owe(fact.itemId, -1)
        }
        // Never before it was taken, and never twice.
        for (const count of owed.values()) expect(count).toBeOneOf([0, 1])
      }
      expect([...owed.values()].filter((count) => count !== 0)).toEqual([])
    },
    0.5,
  )

  law(
    'never more than the look-ahead are taken and open',
    anySource,
    async (given) => {
      const { seen } = await playSource(given)
      const open = new Set<string>()
      const isBack = (fact: ReturnType<typeof sourceFacts>[number]): boolean =>
        fact.type === 'item.settled' ||
        fact.type === 'item.held' ||
        (fact.type === 'item.unsettled' && fact.until === undefined)
      for (const fact of sourceFacts(seen)) {
        if (fact.type === 'item.taken') open.add(fact.itemId)
        else if (isBack(fact) && 'itemId' in fact) open.delete(fact.itemId!)
        expect(open.size).toBeLessThanOrEqual(given.lookAhead)
      }
      if (given.kind === 'pushed') return
      for (const one of seen) {
        if (one.of !== 'pull') continue
        expect(one.open).toBeLessThan(given.lookAhead)
        expect(one.waiting).toBe(0)
      }
    },
    0.5,
  )
})
