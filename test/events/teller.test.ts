import { describe, expect, it } from 'vitest'
import { Teller } from '../../src/events/teller.ts'

function listening(teller: Teller<number>) {
  const heard: (number | 'end')[] = []
  const subscription = teller.told$.subscribe({
    next: (value) => heard.push(value),
    complete: () => heard.push('end'),
  })
  return { heard, subscription }
}

describe('a teller', () => {
  it('tells those that listen, in the order in which they came, and nobody else', () => {
    const teller = new Teller<number>()
    expect(teller.isHeard).toBe(false)
    const one = listening(teller)
    teller.tell(1)
    const other = listening(teller)
    teller.tell(2)
    one.subscription.unsubscribe()
    teller.tell(3)
    expect([one.heard, other.heard]).toEqual([
      [1, 2],
      [2, 3],
    ])
    other.subscription.unsubscribe()
    expect(teller.isHeard).toBe(false)
  })

  it('tells what is under way to nobody who came meanwhile, and to nobody who left', () => {
    const teller = new Teller<number>()
    const late: number[] = []
    teller.told$.subscribe(() => {
      leaving.subscription.unsubscribe()
      if (late.length === 0) teller.told$.subscribe((value) => late.push(value))
    })
    const leaving = listening(teller)
    teller.tell(1)
    expect([leaving.heard, late]).toEqual([[], []])
    teller.tell(2)
    expect(late).toEqual([2])
  })

  it('ends for all at once, and at once for those who come later', () => {
    const teller = new Teller<number>()
    const early = listening(teller)
    teller.complete()
    teller.tell(1)
    expect(early.heard).toEqual(['end'])
    expect(listening(teller).heard).toEqual(['end'])
    expect(teller.isHeard).toBe(false)
  })
})
