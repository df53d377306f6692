import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Turns, type TurnTaker } from '../../src/scheduling/turns.ts'

interface Run extends TurnTaker {
  readonly name: string
  priority: number | undefined
}

function runOf(name: string, priority: number | undefined = 0, askedAt = Number.NEGATIVE_INFINITY): Run {
  return {
    name,
    priority,
    askedAt,
    servedAt: 0,
    headPriority() {
      return this.priority
    },
  }
}

function turnsOf(...runs: readonly Run[]): Turns<Run> {
  const turns = new Turns<Run>()
  for (const run of runs) turns.add(run)
  return turns
}

const take = (turns: Turns<Run>, count: number) => Array.from({ length: count }, () => turns.next()?.name)

describe('runs of equal priority', () => {
  it('take turns', () => {
    expect(take(turnsOf(runOf('a'), runOf('b'), runOf('c')), 7)).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a'])
  })

  it('keep their turn when they ask again before it', () => {
    const [a, b] = [runOf('a'), runOf('b')]
    const turns = turnsOf(a, b)
    turns.next()
    turns.add(a)
    turns.add(b)
    expect(take(turns, 2)).toEqual(['b', 'a'])
  })

  it('wait behind the others when they come later', () => {
    const turns = turnsOf(runOf('a'), runOf('b'))
    turns.next()
    turns.add(runOf('c'))
    expect(take(turns, 3)).toEqual(['b', 'a', 'c'])
  })
})

describe('runs that were asked for at some time', () => {
  it('go by that, however often they had a turn, and those of one instant take turns', () => {
    const turns = turnsOf(runOf('late', 0, 9), runOf('early', 0, 3), runOf('as early', 0, 3))
    expect(take(turns, 4)).toEqual(['early', 'as early', 'early', 'as early'])
  })

  it('go behind those that were not, and behind a higher priority', () => {
    const [high, plain] = [runOf('high', 50, 9), runOf('plain')]
    const turns = turnsOf(runOf('early', 0, 3), high, plain)
    expect(take(turns, 2)).toEqual(['high', 'high'])
    high.priority = undefined
    expect(take(turns, 2)).toEqual(['plain', 'plain'])
    plain.priority = undefined
    expect(take(turns, 1)).toEqual(['early'])
  })
})

describe('a run of higher priority', () => {
  it('goes first, as long as it has something to offer', () => {
    const high = runOf('high', 50)
    const turns = turnsOf(runOf('a'), high, runOf('b'))
    expect(take(turns, 3)).toEqual(['high', 'high', 'high'])
    high.priority = undefined
    expect(take(turns, 3)).toEqual(['a', 'b', 'a'])
  })

  it('is the one whose best task is, as that changes', () => {
    const [a, b] = [runOf('a', 50), runOf('b', 0)]
    const turns = turnsOf(a, b)
    expect(take(turns, 1)).toEqual(['a'])
    a.priority = -50
    expect(take(turns, 2)).toEqual(['b', 'b'])
  })
})

describe('a run with nothing to offer', () => {
  it('is taken out, and comes to its old turn when it asks again', () => {
    const idle = runOf('idle', undefined)
    idle.priority = undefined
    const turns = turnsOf(idle, runOf('a'))
    expect(take(turns, 1)).toEqual(['a'])
    expect(turns.size).toBe(1)
    idle.priority = 0
    expect(take(turns, 1)).toEqual(['a'])
    turns.add(idle)
    expect(take(turns, 2)).toEqual(['idle', 'a'])
  })

  it('leaves nobody where it was the only one', () => {
    const turns = turnsOf(runOf('a'))
    turns.delete(runOf('b'))
    expect(turns.size).toBe(1)
    const [only] = [turns.next()!]
    only.priority = undefined
    expect(turns.next()).toBeUndefined()
    expect(turns.size).toBe(0)
  })
})

describe('turns', () => {
  it('differ by at most one between runs of equal priority, however many turns there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(50), (count, turnsTaken) => {
        const runs = Array.from({ length: count }, (_, index) => runOf(`run ${index}`))
        const taken = take(turnsOf(...runs), turnsTaken)
        const counts = runs.map(({ name }) => taken.filter((one) => one === name).length)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
