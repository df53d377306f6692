import { describe, expect, it } from 'vitest'
import { endBySignals, type EndingSignal } from '../../src/cli/run/signals.ts'

/** What signals that come at these milliseconds do. */
function after(...signals: readonly (readonly [at: number, signal: EndingSignal])[]): readonly string[] {
  const done: string[] = []
  let now = 0
  const act = (what: string) => (): Promise<void> => {
    done.push(what)
    return Promise.resolve()
  }
  const taken = endBySignals({
    run: { drain: act('drain'), kill: act('kill') },
    running: () => 1,
    say: () => undefined,
    leave: (code) => done.push(`leave with ${code}`),
    now: () => now,
  })
  for (const [at, signal] of signals) {
    now = at
    taken.take(signal)
  }
  return done
}

describe('signals that end a run', () => {
  it('drain, kill and leave one after the other, where they are SIGINTs half a second apart', () => {
    expect(after([0, 'SIGINT'], [500, 'SIGINT'], [1_000, 'SIGINT'])).toEqual([
      'drain',
      'kill',
      'leave with 130',
    ])
  })

  it('are one where SIGINT comes again within half a second, as under a program that hands it on', () => {
    expect(after([0, 'SIGINT'], [0, 'SIGINT'], [499, 'SIGINT'])).toEqual(['drain'])
    expect(after([0, 'SIGINT'], [600, 'SIGINT'], [601, 'SIGINT'], [1_099, 'SIGINT'])).toEqual([
      'drain',
      'kill',
    ])
  })

  it('count from the first of a burst, so that holding Ctrl-C down goes on to kill', () => {
    const held = Array.from({ length: 40 }, (_, index) => [index * 30, 'SIGINT'] as const)
    expect(after(...held)).toEqual(['drain', 'kill', 'leave with 130'])
  })

  it('leave with the code of the run once there is nothing more to wait for', () => {
    const codes: number[] = []
    const signals = endBySignals({
      run: { drain: () => Promise.resolve(), kill: () => Promise.resolve() },
      running: () => 0,
      say: () => undefined,
      leave: (code) => codes.push(code),
    })
    signals.leaveAtOnce()
    signals.take('SIGTERM')
    signals.leaveAtOnce(0)
    signals.take('SIGHUP')
    expect(codes).toEqual([143, 0])
  })

  it('kill at once where they are others, however soon they come', () => {
    expect(after([0, 'SIGINT'], [1, 'SIGTERM'])).toEqual(['drain', 'kill'])
    expect(after([0, 'SIGHUP'], [1, 'SIGINT'])).toEqual(['kill', 'leave with 130'])
  })

  it('kill a second time, which ends teardowns, where a SIGTERM comes half a second after a kill', () => {
    expect(after([0, 'SIGTERM'], [499, 'SIGTERM'])).toEqual(['kill'])
    expect(after([0, 'SIGTERM'], [500, 'SIGTERM'])).toEqual(['kill', 'kill'])
    expect(after([0, 'SIGINT'], [600, 'SIGINT'], [1_200, 'SIGTERM'])).toEqual(['drain', 'kill', 'kill'])
  })

  it('do not where it is a SIGHUP: a terminal that goes away is told of by the system and by the output', () => {
    expect(after([0, 'SIGHUP'], [900, 'SIGHUP'])).toEqual(['kill'])
  })
})
