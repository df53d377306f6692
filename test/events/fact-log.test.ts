import fc from 'fast-check'
import { take } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { FactLog } from '../../src/events/fact-log.ts'
import { type Fact, isRunEnd } from '../../src/events/facts.ts'
import { fold } from '../../src/events/fold.ts'
import { beginning, created, factAt, numbered, output, short } from './made-facts.ts'

const logOf = (retain = 100_000) => new FactLog({ runId: 'run', beginning, retain, now: () => 7 })

function told(log: FactLog, last: number): FactLog {
  for (let seq = 1; seq <= last; seq++) log.tell(factAt(seq))
  return log
}

/** Everything that an observer of the stream has got so far, in short. */
function heard(log: FactLog, from?: number): { readonly facts: string[]; isDone: boolean } {
  const got = { facts: [] as string[], isDone: false }
  const stream = from === undefined ? log.events$ : log.from(from)
  stream.subscribe({
    next: (fact) => got.facts.push(short(fact)),
    complete: () => {
      got.isDone = true
    },
  })
  return got
}

describe('the live stream of a run', () => {
  it('tells what comes from the subscription on', () => {
    const log = told(logOf(), 2)
    const got = heard(log)
    log.tell(factAt(3))
    log.tell(output(3))
    expect(got.facts).toEqual(['3', '3+'])
    expect(log.lastSeq).toBe(3)
  })

  it('gives every observer one order, even when one of them brings about new facts', () => {
    const log = logOf()
    const first: string[] = []
    log.events$.subscribe((fact) => {
      first.push(short(fact))
      if ('seq' in fact && fact.seq === 1) for (const seq of [2, 3]) log.tell(factAt(seq))
      if ('seq' in fact && fact.seq === 2) log.tell(factAt(4))
    })
    const second = heard(log)
    log.tell(factAt(1))
    expect(first).toEqual(['1', '2', '3', '4'])
    expect(second.facts).toEqual(first)
  })

  it('does not tell a new observer the fact in whose course it came', () => {
    const log = logOf()
    let late: ReturnType<typeof heard> | undefined
    log.events$.subscribe(() => {
      late ??= heard(log)
    })
    told(log, 2)
    expect(late?.facts).toEqual(['2'])
  })

  it('is completed when the log is closed, and silent from then on', () => {
    const log = logOf()
    const got = heard(log)
    log.tell(factAt(1))
    log.close()
    log.close()
    log.tell(factAt(2))
    expect(got).toEqual({ facts: ['1'], isDone: true })
    expect(log.lastSeq).toBe(1)
  })
})

describe('an observer that throws', () => {
  it('is told about once, goes on being served, and harms nobody', () => {
    const log = logOf()
    const seen: number[] = []
    log.events$.subscribe((fact) => {
      if (!('seq' in fact)) return
      seen.push(fact.seq)
      throw new Error(`no ${fact.seq}`)
    })
    const failures: Fact[] = []
    log.events$.subscribe((fact) => {
      if (fact.type === 'observer.failed') failures.push(fact)
    })
    told(log, 3)
    expect(seen).toEqual([1, 2, 3])
    expect(failures).toEqual([{ type: 'observer.failed', message: 'no 1', afterSeq: 1, at: 7, runId: 'run' }])
  })

  it('is told about when it throws in the middle of a replay', () => {
    const log = told(logOf(), 2)
    const got = heard(log)
    log.from(1).subscribe(() => {
      // oxlint-disable-next-line typescript/only-throw-error -- whatever people throw
      throw 'a string'
    })
    expect(got.facts).toEqual(['2+'])
  })
})

describe('output that nobody has replayed yet', () => {
  it('is held up to a million characters, the latest first to stay', () => {
    const log = told(logOf(), 1)
    for (let piece = 0; piece < 100; piece++) {
      const text = `${piece}`.padEnd(50_000, '.')
      const at = { afterSeq: 1, at: 0, runId: 'run-1' }
      log.tell({ ...at, type: 'task.output', taskId: 'a', attempt: 1, text, stream: 'stdout' })
    }
    const pieces: number[] = []
    log.from(1).subscribe((fact) => {
      if (fact.type === 'task.output') pieces.push(Number.parseInt(fact.text, 10))
    })
    expect(pieces).toHaveLength(20)
    expect(pieces.at(-1)).toBe(99)
  })
})

describe('a replay', () => {
  it('begins with the fact asked for and goes on live', () => {
    const log = told(logOf(), 3)
    const got = heard(log, 2)
    log.tell(factAt(4))
    expect(got.facts).toEqual(['2', '3', '4'])
  })

  it('gives everything from 0 or below', () => {
    expect(heard(told(logOf(), 2), -5).facts).toEqual(['1', '2'])
  })

  it('of what is still to come is the live stream', () => {
    const log = told(logOf(), 2)
    const got = heard(log, 3)
    log.tell(factAt(3))
    expect(got.facts).toEqual(['3'])
  })

  it('has each passing fact where it came', () => {
    const log = logOf()
    log.tell(output(0))
    log.tell(factAt(1))
    log.tell(output(1))
    log.tell(output(1))
    log.tell(factAt(2))
    log.tell(output(2))
    expect(heard(log, 1).facts).toEqual(['0+', '1', '1+', '1+', '2', '2+'])
    expect(heard(log, 2).facts).toEqual(['1+', '1+', '2', '2+'])
  })

  it('has the last 1000 passing facts, and run facts besides', () => {
    const log = logOf()
    log.tell(factAt(1))
    for (let count = 0; count < 1_500; count++) log.tell(output(1))
    expect(heard(log, 1).facts).toHaveLength(1_001)
  })

  it('of a closed log is completed after what is held', () => {
    const log = told(logOf(), 2)
    log.close()
    expect(heard(log, 1)).toEqual({ facts: ['1', '2'], isDone: true })
  })

  it('is completed when the log is closed in the middle of it', () => {
    const log = told(logOf(), 3)
    let isDone = false
    const facts: string[] = []
    log.from(1).subscribe({
      next: (fact) => {
        facts.push(short(fact))
        log.close()
      },
      complete: () => {
        isDone = true
      },
    })
    expect({ facts, isDone }).toEqual({ facts: ['1', '2', '3'], isDone: true })
  })

  it('can end with a fact: held, or still to come', () => {
    const ending = numbered([{ type: 'run.completed' }], 3)[0]!
    const log = told(logOf(), 2)
    const live: Fact[] = []
    let ended = 0
    log.from(2, isRunEnd).subscribe({ next: (fact) => live.push(fact), complete: () => ended++ })
    log.tell(ending)
    const held: Fact[] = []
    log.from(2, isRunEnd).subscribe({ next: (fact) => held.push(fact), complete: () => ended++ })
    log.tell(factAt(4))
    expect(live.map(short)).toEqual(['2', '3'])
    expect(held.map(short)).toEqual(['2', '3'])
    expect(ended).toBe(2)
  })

  it('does not end with a fact that others have followed', () => {
    const [first, second] = [
      numbered([{ type: 'run.failed' }], 2)[0]!,
      numbered([{ type: 'run.completed' }], 4)[0]!,
    ]
    const log = told(logOf(), 1)
    for (const fact of [first, factAt(3)]) log.tell(fact)
    const facts: Fact[] = []
    let isDone = false
    log.from(1, isRunEnd).subscribe({
      next: (fact) => facts.push(fact),
      complete: () => {
        isDone = true
      },
    })
    expect({ facts: facts.map(short), isDone }).toEqual({ facts: ['1', '2', '3'], isDone: false })
    log.tell(second)
    expect({ facts: facts.map(short), isDone }).toEqual({ facts: ['1', '2', '3', '4'], isDone: true })
  })

  it('stops for an observer that leaves in the middle of it', () => {
    const log = told(logOf(), 5)
    const facts: string[] = []
    log
      .from(1)
      .pipe(take(2))
      .subscribe((fact) => facts.push(short(fact)))
    log.tell(factAt(6))
    expect(facts).toEqual(['1', '2'])
  })
})

describe('a replay of facts that were let go', () => {
  it('says first how many are missing, exactly', () => {
    const log = told(logOf(3), 10)
    expect(heard(log, 1).facts).toEqual(['0+7!', '8', '9', '10'])
    expect(heard(log, 5).facts).toEqual(['4+3!', '8', '9', '10'])
    expect(heard(log, 7).facts).toEqual(['6+1!', '8', '9', '10'])
    expect(heard(log, 8).facts).toEqual(['8', '9', '10'])
  })

  it('repeats nothing when its observer acts on being told so', () => {
    const log = told(logOf(3), 10)
    const facts: string[] = []
    log.from(1).subscribe((fact) => {
      facts.push(short(fact))
      if (fact.type !== 'stream.lagged') return
      log.tell(factAt(11))
      log.tell(output(11))
    })
    expect(facts).toEqual(['0+7!', '8', '9', '10', '11', '11+'])
  })
})

describe('what a run holds', () => {
  it('is its last facts, and its fold has all of them all the same', () => {
    const facts = numbered([
      created,
      { type: 'run.started' },
      { type: 'task.ready', taskId: 'build' },
      { type: 'task.dispatched', taskId: 'build', attempt: 1, executor: 'inline' },
      { type: 'task.starting', taskId: 'build', attempt: 1, until: 99 },
      { type: 'task.started', taskId: 'build', attempt: 1 },
      { type: 'task.completed', taskId: 'build', attempt: 1, output: 1 },
    ])
    const log = logOf(2)
    for (const fact of facts) log.tell(fact)
    expect([...log.held()]).toEqual(facts.slice(-2))
    expect(log.view()).toEqual(fold(facts))
    expect(log.task('build')).toMatchObject({ status: 'completed', attemptsUsed: 1 })
    expect(log.task('nobody')).toBeUndefined()
  })

  it('is told of its tasks before its first fact', () => {
    expect(logOf().view()).toMatchObject({ runId: 'run', name: 'release', seq: 0, counts: { pending: 2 } })
  })
})

describe('the log of facts', () => {
  const moves = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('tell' as const) },
      { weight: 2, arbitrary: fc.constant('pass' as const) },
      { weight: 1, arbitrary: fc.constant('look' as const) },
      {
        weight: 3,
        arbitrary: fc.record({ from: fc.nat(25), answers: fc.uniqueArray(fc.nat(30), { maxLength: 4 }) }),
      },
    ),
    { maxLength: 40 },
  )

  it('loses and repeats nothing for whoever replays from anywhere and goes on live, acting on what it hears', () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 1, max: 30 }), (made, retain) => {
        const log = logOf(retain)
        let seq = 0
        let passed = 0
        const tell = () => log.tell(factAt(++seq))
        const observers: { readonly from: number; readonly first: number; readonly got: Fact[] }[] = []
        for (const move of made) {
          if (move === 'tell') tell()
          else if (move === 'pass') log.tell(output(log.lastSeq, String(passed++)))
          else if (move === 'look') expect(log.view().seq).toBe(seq)
          else {
            const got: Fact[] = []
            const from = Math.max(1, Math.min(move.from, seq + 1))
            observers.push({ from, first: [...log.held()][0]?.seq ?? 1, got })
            log.from(from).subscribe((fact) => {
              got.push(fact)
              if (got.length < 40 && move.answers.includes(got.length)) tell()
            })
          }
        }
        for (const { from, first, got } of observers) {
          const missed = Math.max(0, first - from)
          const [lagged] = got
          if (missed > 0) expect(lagged).toMatchObject({ type: 'stream.lagged', missed, afterSeq: from - 1 })
          const numbers = got.flatMap((fact) => ('seq' in fact ? [fact.seq] : []))
          expect(numbers).toEqual(
            Array.from({ length: seq - from - missed + 1 }, (_, at) => from + missed + at),
          )
          const texts = got.flatMap((fact) => (fact.type === 'task.output' ? [Number(fact.text)] : []))
          expect(texts).toEqual([...new Set(texts)].toSorted((a, b) => a - b))
          if (texts.length > 0) expect(texts.at(-1)! - texts[0]!).toBe(texts.length - 1)
        }
        expect(log.view().seq).toBe(seq)
      }),
      { numRuns: 500 },
    )
  })
})
