import fc from 'fast-check'
import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { DagmarError } from '../../src/errors/dagmar-error.ts'
import { type BufferOptions, buffered } from '../../src/events/buffered.ts'
import type { Fact } from '../../src/events/facts.ts'
import { created, factAt, numbered, output, short } from './made-facts.ts'

interface Source {
  readonly facts$: Subject<Fact>
  readonly slow: AsyncIterableIterator<Fact>
  readonly tell: (first: number, last?: number) => void
}

function source(options?: BufferOptions): Source {
  const facts$ = new Subject<Fact>()
  return {
    facts$,
    slow: buffered(facts$, options),
    tell: (first, last = first) => {
      for (let seq = first; seq <= last; seq++) facts$.next(factAt(seq))
    },
  }
}

/** What an observer gets that looks for that many facts now. */
async function take(slow: AsyncIterator<Fact>, count: number): Promise<string[]> {
  const got: string[] = []
  while (got.length < count) {
    const { done, value } = await slow.next()
    got.push(done === true ? 'end' : short(value as Fact))
  }
  return got
}

/** What is left for an observer when the stream has ended. */
async function rest({ facts$, slow }: Source): Promise<string[]> {
  facts$.complete()
  const got: string[] = []
  for await (const fact of slow) got.push(short(fact))
  return got
}

describe('an observer that keeps up', () => {
  it.each(['drop-oldest', 'drop-newest', 'latest-per-task', 'unbounded'] as const)(
    'gets every fact, in order: %s',
    async (overflow) => {
      const { slow, tell } = source({ overflow })
      const got: string[] = []
      for (let seq = 1; seq <= 100; seq++) {
        tell(seq)
        got.push(...(await take(slow, 1)))
      }
      expect(got).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)))
    },
  )

  it('gets a fact that it already waits for', async () => {
    const { slow, tell } = source()
    const next = take(slow, 1)
    tell(1)
    expect(await next).toEqual(['1'])
  })

  it('may ask for several facts before the first has come', async () => {
    const { slow, tell, facts$ } = source()
    const asked = Promise.all([take(slow, 1), take(slow, 1), take(slow, 1)])
    tell(1)
    tell(2)
    facts$.complete()
    expect(await asked).toEqual([['1'], ['2'], ['end']])
  })
})

describe('an observer that loses the oldest facts', () => {
  it('gets the newest, and first how many are missing', async () => {
    const slow = source({ size: 3 })
    slow.tell(1, 10)
    expect(await rest(slow)).toEqual(['7+7!', '8', '9', '10'])
  })

  it('loses none as long as they fit', async () => {
    const slow = source({ size: 3 })
    slow.tell(1, 3)
    expect(await rest(slow)).toEqual(['1', '2', '3'])
  })

  it('is told anew where more were lost in the meantime', async () => {
    const slow = source({ size: 2 })
    slow.tell(1, 4)
    expect(await take(slow.slow, 2)).toEqual(['2+2!', '3'])
    slow.tell(5, 7)
    expect(await rest(slow)).toEqual(['5+2!', '6', '7'])
  })

  it('keeps 1000 by default', async () => {
    const slow = source()
    slow.tell(1, 1_001)
    const got = await rest(slow)
    expect(got).toHaveLength(1_001)
    expect(got.slice(0, 2)).toEqual(['1+1!', '2'])
  })
})

describe('an observer that loses the newest facts', () => {
  it('gets the oldest, and how many are missing after them', async () => {
    const slow = source({ overflow: 'drop-newest', size: 3 })
    slow.tell(1, 10)
    expect(await rest(slow)).toEqual(['1', '2', '3', '10+7!'])
  })

  it('is told of the loss right where it is', async () => {
    const slow = source({ overflow: 'drop-newest', size: 3 })
    slow.tell(1, 5)
    expect(await take(slow.slow, 1)).toEqual(['1'])
    slow.tell(6)
    expect(await rest(slow)).toEqual(['2', '3', '5+2!', '6'])
  })

  it('is told of the loss at once when it has caught up', async () => {
    const slow = source({ overflow: 'drop-newest', size: 1 })
    slow.tell(1, 3)
    expect(await take(slow.slow, 2)).toEqual(['1', '3+2!'])
    slow.tell(4)
    expect(await rest(slow)).toEqual(['4'])
  })

  it('keeps 64 by default', async () => {
    const slow = source({ overflow: 'drop-newest' })
    slow.tell(1, 65)
    const got = await rest(slow)
    expect(got).toHaveLength(65)
    expect(got.slice(-2)).toEqual(['64', '65+1!'])
  })
})

describe('an observer of the latest fact of each task', () => {
  it('gets one for each, and one of the run, in the order in which they came', async () => {
    const slow = source({ overflow: 'latest-per-task' })
    const [first, started] = numbered([created, { type: 'run.started' }])
    slow.facts$.next(first!)
    slow.facts$.next(started!)
    slow.facts$.next(factAt(3, 'build'))
    slow.facts$.next(factAt(4, 'test'))
    slow.facts$.next(factAt(5, 'build'))
    slow.facts$.next(output(5, 'hi', 'test'))
    expect(await rest(slow)).toEqual(['2', '5', '5+'])
  })

  it('gets a later one as well, once it has taken the first', async () => {
    const slow = source({ overflow: 'latest-per-task' })
    slow.tell(1, 2)
    expect(await take(slow.slow, 1)).toEqual(['2'])
    slow.tell(3)
    expect(await rest(slow)).toEqual(['3'])
  })
})

describe('an observer that loses nothing', () => {
  it('gets every fact, however late it looks', async () => {
    const slow = source({ overflow: 'unbounded' })
    slow.tell(1, 5_000)
    expect(await rest(slow)).toEqual(Array.from({ length: 5_000 }, (_, index) => String(index + 1)))
  })
})

describe('the end of a buffered stream', () => {
  it('comes to an observer that waits', async () => {
    const { facts$, slow } = source()
    const next = take(slow, 1)
    facts$.complete()
    expect(await next).toEqual(['end'])
    expect(await take(slow, 1)).toEqual(['end'])
  })

  it('rejects with the error of the stream, after what came before it', async () => {
    const { facts$, slow, tell } = source()
    tell(1)
    facts$.error(new Error('broken'))
    expect(await take(slow, 1)).toEqual(['1'])
    await expect(slow.next()).rejects.toThrow('broken')
  })
})

describe('an observer that leaves', () => {
  it('leaves the loop and is not served any more', async () => {
    const { facts$, slow, tell } = source()
    tell(1, 3)
    expect(facts$.observed).toBe(true)
    const got: string[] = []
    for await (const fact of slow) {
      got.push(short(fact))
      break
    }
    expect(got).toEqual(['1'])
    expect(facts$.observed).toBe(false)
    expect(await take(slow, 1)).toEqual(['end'])
  })

  it('ends what it waits for', async () => {
    const { slow } = source()
    const next = take(slow, 1)
    await slow.return?.()
    expect(await next).toEqual(['end'])
  })
})

describe('the size of a buffer', () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '10' as unknown as number])(
    'is an integer of 1 or more: not %s',
    (size) => {
      const facts$ = new Subject<Fact>()
      const error = (() => {
        try {
          return buffered(facts$, { size })
        } catch (thrown) {
          return thrown
        }
      })()
      expect(error).toBeInstanceOf(DagmarError)
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', facts: { field: 'size', value: size } })
      expect(facts$.observed).toBe(false)
    },
  )

  it('may be 1', async () => {
    const slow = source({ size: 1 })
    slow.tell(1, 3)
    expect(await rest(slow)).toEqual(['2+2!', '3'])
  })
})

describe('a bounded buffer', () => {
  it('accounts for every fact: it is given, or counted as missing right where it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('drop-oldest' as const, 'drop-newest' as const),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom('tell', 'tell', 'take', 'wait')),
        async (overflow, size, moves) => {
          const slow = source({ overflow, size })
          let seq = 0
          const got: Promise<IteratorResult<Fact>>[] = []
          for (const move of moves) {
            if (move === 'tell') slow.tell(++seq)
            else if (move === 'take') got.push(slow.slow.next())
            else await Promise.resolve()
          }
          slow.facts$.complete()
          const facts = (await Promise.all(got)).flatMap(({ done, value }) =>
            done === true ? [] : [value as Fact],
          )
          for await (const fact of slow.slow) facts.push(fact)
          let last = 0
          for (const fact of facts) {
            if (fact.type === 'stream.lagged') {
              last += fact.missed
              expect(fact.afterSeq).toBe(last)
            } else expect('seq' in fact && fact.seq).toBe(++last)
          }
          expect(last).toBe(seq)
        },
      ),
      { numRuns: 300 },
    )
  })
})
