import { assertInvariants, type Breach, checkInvariants, type GuaranteeNumber } from 'dagmar/testing'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRuntime, dag, type RunFact, SimulatedClock } from '../../src/index.ts'
import { storeThat } from '../runtime/stores.ts'
import { recorded, recordedFacts } from './recorded.ts'

let sound: readonly RunFact[]

beforeAll(async () => {
  sound = await recordedFacts()
})

/** The facts with numbers that follow each other, as somebody would have written them who breaks a guarantee. */
function numbered(facts: readonly RunFact[]): RunFact[] {
  return facts.map(({ causeSeq: _cause, ...fact }, index) => ({ ...fact, seq: index + 1 }) as RunFact)
}

function without(isGone: (fact: RunFact) => boolean): RunFact[] {
  return numbered(sound.filter((fact) => !isGone(fact)))
}

function indexOf(type: RunFact['type'], taskId: string | undefined, nth = 0): number {
  return sound.flatMap((fact, index) => (fact.type === type && fact.taskId === taskId ? [index] : []))[nth]!
}

/** Takes the fact from its place and puts it before another one. */
function moved(from: number, to: number): RunFact[] {
  const facts = [...sound]
  const [fact] = facts.splice(from, 1)
  facts.splice(to, 0, fact!)
  return numbered(facts)
}

const numbers = (breaches: readonly Breach[]): GuaranteeNumber[] => [
  ...new Set(breaches.map(({ guarantee }) => guarantee)),
]

describe('the facts of a sound run', () => {
  it('break nothing, whole or cut off anywhere', () => {
    for (let length = 0; length <= sound.length; length++) {
      expect(checkInvariants(sound.slice(0, length), recorded)).toEqual([])
    }
    expect(checkInvariants(sound, recorded, { ended: true })).toEqual([])
    expect(() => assertInvariants(sound, recorded)).not.toThrow()
  })

  it('may be those of several runs, and come from a journal', () => {
    const other = sound.map((fact) => ({ ...fact, runId: 'other' }))
    const mixed = sound.flatMap((fact, index) => [fact, other[index]!])
    expect(checkInvariants(JSON.parse(JSON.stringify(mixed)) as RunFact[], recorded)).toEqual([])
  })

  it('may be asked of the run itself', async () => {
    const run = createRuntime().dispatch(dag('one').task('a', async () => 1))
    await run.result
    expect(
      checkInvariants(
        run,
        dag('one').task('a', async () => 1),
        { ended: true },
      ),
    ).toEqual([])
  })
})

describe('facts that break a guarantee', () => {
  it('1: a task that starts before its dependency has settled', () => {
    const breaches = checkInvariants(moved(indexOf('task.completed', 'c'), sound.length - 2), recorded)
    expect(breaches.find(({ guarantee }) => guarantee === 1)).toMatchObject({
      taskId: 'd',
      words: 'A task starts only when its rule is met by settled dependencies.',
      message: "d started although its rule, 'all-completed', was not met (b completed, c not settled)",
    })
  })

  it('2: a second attempt beside a live one', () => {
    const breaches = checkInvariants(
      without(({ type, taskId }) => type === 'task.retrying' && taskId === 'b'),
      recorded,
    )
    expect(breaches.find(({ guarantee }) => guarantee === 2)).toMatchObject({
      taskId: 'b',
      message: 'attempt 2 of b began while attempt 1 was live',
    })
  })

  it('3: slots, pools and capacities, by the limits of the plan or those given', () => {
    expect(numbers(checkInvariants(sound, recorded, { concurrency: 1 }))).toEqual([3])
    expect(numbers(checkInvariants(sound, recorded, { pools: { gpu: 0 } }))).toEqual([3])
    expect(numbers(checkInvariants(sound, recorded, { capacities: { inline: 1 } }))).toEqual([3])
    expect(checkInvariants(sound, recorded, { pools: { gpu: 0 } })[0]!.message).toContain('of the pool gpu')
  })

  it('4: a run that ends before a task has settled, and one that never ends', () => {
    const early = without(({ taskId }) => taskId === 'e')
    expect(checkInvariants(early, recorded)).toMatchObject([{ guarantee: 4, taskId: 'e' }])
    expect(checkInvariants(sound.slice(0, -1), recorded, { ended: true })).toMatchObject([{ guarantee: 4 }])
  })

  it('4: a deadlock', () => {
    const failure = {
      code: 'RUN_DEADLOCKED',
      message: 'Stuck.',
      severity: 'critical',
      retryable: false,
      at: 0,
    } as const
    const facts = [...sound.slice(0, -1), { ...sound.at(-1)!, type: 'run.failed', failure } as RunFact]
    expect(checkInvariants(facts, recorded)).toMatchObject([{ guarantee: 4, message: 'Stuck.' }])
  })

  it('5: anything of a task that has settled', () => {
    const again = sound[indexOf('task.completed', 'a')]!
    const breaches = checkInvariants(numbered([...sound.slice(0, -1), again, sound.at(-1)!]), recorded)
    expect(breaches).toMatchObject([
      { guarantee: 5, taskId: 'a', message: 'a was completed, and then came task.completed' },
    ])
  })

  it('6: a fact of an old attempt', () => {
    const facts = sound.map((fact) =>
      fact.type === 'task.completed' && fact.taskId === 'b' ? { ...fact, attempt: 1 } : fact,
    )
    expect(checkInvariants(facts, recorded)).toMatchObject([{ guarantee: 6, taskId: 'b' }])
  })

  it('7: a start after a kill, and a kill that waits for nobody', () => {
    const at = indexOf('task.ready', 'd')
    const killing = {
      runId: 'run',
      at: 5_000,
      seq: 0,
      type: 'run.killing',
      ending: 'killed',
      reason: 'killed',
    } as const
    const late = checkInvariants(numbered([...sound.slice(0, at), killing, ...sound.slice(at)]), recorded)
    expect(numbers(late)).toEqual([7])
    const killed = sound.map((fact) =>
      fact.type === 'task.completed' && fact.taskId === 'e'
        ? ({ ...fact, type: 'task.killed', reason: 'killed', abandoned: false } as RunFact)
        : fact,
    )
    expect(checkInvariants(killed, recorded)).toMatchObject([
      { guarantee: 7, message: 'e was running and then killed, without having been ended' },
    ])
  })

  it('8: too many attempts, and waits that the policy does not know', () => {
    const once = dag('recorded', { concurrency: 2, pools: { gpu: 1 } })
      .task('a', async () => 'a')
      .task('b', { needs: ['a'], uses: { gpu: 1 } }, async () => 'b')
      .task('c', { needs: ['a'], uses: { gpu: 1 } }, async () => 'c')
      .task('d', { needs: ['b', 'c'] }, async () => 'd')
      .task('e', async () => 'e')
    expect(numbers(checkInvariants(sound, once))).toEqual([8])
    const hasty = sound.map((fact) =>
      fact.type === 'task.retrying' ? { ...fact, until: fact.at + 1 } : fact,
    )
    expect(checkInvariants(hasty, recorded)[0]).toMatchObject({
      guarantee: 8,
      message: 'b waits 1 ms for its next attempt, not 50 to 50',
    })
  })

  it('13: a fact that is missing or repeated, wherever it is', () => {
    fc.assert(
      fc.property(fc.nat(sound.length - 2), fc.boolean(), (at, isRepeated) => {
        const facts = [...sound]
        if (isRepeated) facts.splice(at, 0, facts[at]!)
        else facts.splice(at, 1)
        const breaches = checkInvariants(facts, recorded)
        expect(breaches).toHaveLength(1)
        expect(breaches[0]!.guarantee).toBe(13)
      }),
    )
  })

  it('are found where somebody has numbered them anew, too', () => {
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(sound.length - 1), (from, to) => {
        // Facts of different tasks may come in another order; those of one task may not.
        fc.pre(Math.abs(from - to) > 0 && sound[from]!.taskId === sound[to]!.taskId)
        expect(checkInvariants(moved(from, to), recorded, { ended: true })).not.toEqual([])
      }),
    )
  })

  it('are told of however many facts are in the wrong place', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...sound.keys()]), (order) => {
        const facts = numbered(order.map((index) => sound[index]!))
        expect(() => checkInvariants(facts, recorded, { ended: true })).not.toThrow()
      }),
    )
  })

  it('are told by the words of the guarantee, and the story of the task', () => {
    const again = sound[indexOf('task.completed', 'e')]!
    const facts = numbered([...sound.slice(0, -1), again, sound.at(-1)!])
    expect(() => assertInvariants(facts, recorded)).toThrow(
      [
        'Guarantee 5 is broken: A settled task never changes, except by redrive.',
        'In run: e was completed, and then came task.completed.',
        '  #4  +0 ms  e ready',
        '  #7  +0 ms  e dispatched: inline (attempt 1)',
      ].join('\n'),
    )
  })
})

describe('facts of another dag', () => {
  it('are refused, with the task that it does not have', () => {
    expect(() =>
      checkInvariants(
        sound,
        dag('other').task('aa', async () => 1),
      ),
    ).toThrow(/Fact \d+ is about a task 'a', which other does not have/)
  })
})

describe('a run whose store fails', () => {
  it('keeps the guarantees in what it tells past the store', async () => {
    const clock = new SimulatedClock()
    let left = 3
    const append = (): void => {
      if (left-- <= 0) throw new Error('the disk is full')
    }
    const run = createRuntime({ clock, store: storeThat(append) }).dispatch(recorded)
    const facts: RunFact[] = []
    run.events$.subscribe((fact) => {
      if ('seq' in fact) facts.push(fact)
    })
    await clock.advanceAsync(20_000)
    expect((await run.result).failure?.code).toBe('STORE_FAILED')
    expect(checkInvariants(facts, recorded, { ended: true })).toEqual([])
  })
})
