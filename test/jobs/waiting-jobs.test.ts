import { SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import type { JobStatus } from '../../src/jobs/job.ts'
import { makeSpec } from '../../src/jobs/spool/make-spec.ts'
import { Entry } from '../../src/jobs/supervisor/entry.ts'
import { WaitingJobs } from '../../src/jobs/supervisor/waiting-jobs.ts'
import { commandPlan } from './test-home.ts'

function scene() {
  const clock = new SimulatedClock(1_000_000)
  const ends = new Map<string, JobStatus | 'gone'>()
  const happened: string[] = []
  const waiting = new WaitingJobs({
    clock,
    endOf: (id) => ends.get(id),
    release: ({ id }) => happened.push(`${id} at ${clock.now() - 1_000_000}`),
    refuse: ({ id }, because) => {
      happened.push(`${id} refused: ${because}`)
      ends.set(id, 'killed')
      waiting.ended(id)
    },
  })
  const add = (
    id: string,
    options: {
      readonly in?: number
      readonly after?: string[]
      readonly any?: boolean
      readonly held?: true
    } = {},
  ): Entry => {
    const { in: inMs, after, any = false } = options
    const entry = new Entry(
      makeSpec(
        id,
        commandPlan('true'),
        {
          ...(inMs === undefined ? {} : { notBefore: clock.now() + inMs }),
          ...(after === undefined ? {} : { after, afterAny: any }),
        },
        clock.now(),
      ),
      'environment',
    )
    entry.isHeld = options.held === true
    waiting.add(entry)
    return entry
  }
  const end = (id: string, status: JobStatus | 'gone'): void => {
    ends.set(id, status)
    waiting.ended(id)
  }
  return { clock, waiting, happened, ends, add, end }
}

describe('a job that waits for its time', () => {
  it('begins at that instant, and one that comes later with an earlier time before it', () => {
    const { clock, add, happened } = scene()
    add('late', { in: 3_600_000 })
    add('now')
    add('soon', { in: 2_000 })
    add('passed', { in: -5 })
    clock.advance(2_000)
    expect(happened).toEqual(['now at 0', 'passed at 0', 'soon at 2000'])
    clock.advance(3_600_000)
    expect(happened.at(-1)).toBe('late at 3600000')
    expect(clock.pending).toBe(0)
  })

  it('begins soon after the machine wakes up, if its time came while that slept', () => {
    const { clock, add, happened } = scene()
    add('slept', { in: 8 * 3_600_000 })
    clock.advance(10_000)
    // The wall clock goes on in a sleep, and timers do not.
    clock.set(clock.now() + 9 * 3_600_000)
    clock.advance(30_000)
    expect(happened).toHaveLength(1)
  })

  it('waits on when the clock is set back, and others are not late because it was set forward', () => {
    const { clock, add, happened } = scene()
    add('back', { in: 60_000 })
    clock.set(clock.now() - 3_600_000)
    clock.advance(120_000)
    expect(happened).toEqual([])
    clock.set(clock.now() + 3_000_000)
    add('next', { in: 1_000 })
    clock.advance(1_000)
    expect(happened.map((one) => one.split(' ')[0])).toEqual(['next'])
  })
})

describe('a job that waits for others', () => {
  it('begins when the last of them has completed', () => {
    const { add, end, happened } = scene()
    add('c', { after: ['a', 'b'] })
    end('a', 'completed')
    expect(happened).toEqual([])
    end('b', 'completed')
    expect(happened).toEqual(['c at 0'])
  })

  it.each([
    ['failed', 'failed'],
    ['killed', 'was killed'],
    ['gone', 'is gone'],
  ] as const)('is refused as soon as one of them is %s, and so is who waits for it', (status, words) => {
    const { add, end, happened } = scene()
    add('c', { after: ['a', 'b'] })
    add('d', { after: ['c'] })
    add('any', { after: ['a'], any: true })
    end('a', status)
    expect(happened).toEqual([
      `c refused: the job a that it waits for ${words}`,
      'd refused: the job c that it waits for was killed',
      'any at 0',
    ])
  })

  it('waits for one that is opened again to end again', () => {
    const { add, end, ends, happened } = scene()
    add('c', { after: ['a', 'b'], any: true })
    end('a', 'failed')
    ends.delete('a')
    end('b', 'completed')
    expect(happened).toEqual([])
    end('a', 'failed')
    expect(happened).toEqual(['c at 0'])
  })

  it('and for its time, and to be resumed, begins when the last of these lets it', () => {
    const { clock, waiting, add, end, happened } = scene()
    const entry = add('c', { after: ['a'], in: 5_000, held: true })
    end('a', 'completed')
    clock.advance(5_000)
    expect(happened).toEqual([])
    entry.isHeld = false
    waiting.look(entry)
    expect(happened).toEqual(['c at 5000'])
    waiting.look(entry)
    expect(happened).toHaveLength(1)
  })

  it('is not heard of again once it is taken out', () => {
    const { waiting, add, end, happened } = scene()
    const entry = add('c', { after: ['a'] })
    expect([waiting.delete(entry), waiting.delete(entry)]).toEqual([true, false])
    end('a', 'failed')
    expect(happened).toEqual([])
  })
})
