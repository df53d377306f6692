import { fc, it as prop } from '@fast-check/vitest'
import type { Explanation } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../src/cli/screen/text-width.ts'
import { FakeTerminal } from './fake-terminal.ts'
import { completes, fails, failure, prints, type ShownRun, shownRun, starts } from './shown-run.ts'

const named = (count: number): string[] => Array.from({ length: count }, (_, index) => `task-${index}`)
const frameMs = 84

describe('a run on a terminal', () => {
  it('is counted in a first row, and its running tasks follow with their time and last line', () => {
    const screen = new FakeTerminal({ columns: 100, rows: 20 })
    const run = shownRun({ taskIds: ['build', 'test', 'lint'], screen })
    starts(run, 'build')
    starts(run, 'lint')
    prints(run, 'build', '\u001b[32mcompiling\u001b[0m main.c\r')
    completes(run, 'lint')
    run.clock.advance(4_000)
    expect(screen.screen.slice(0, 4)).toEqual([
      '████████▒▒▒▒▒▒▒▒░░░░░░░░ 1 of 3 completed · 1 running · 1 waiting · 4s',
      '● build    4s  compiling main.c',
      '○ test   waits for 1 of gpu, held by another',
      '',
    ])
    expect(screen.isCursorShown).toBe(false)
  })

  it('says why an agent is waited for', () => {
    const screen = new FakeTerminal({ columns: 100, rows: 20 })
    const considered = [
      { agentId: 'ada', why: 'full' as const },
      { agentId: 'bob', why: 'dailyTokens' as const },
    ]
    const run = shownRun({ taskIds: ['build', 'test'], screen, waitsFor: [{ kind: 'agent', considered }] })
    starts(run, 'build')
    run.clock.advance(4_000)
    expect(screen.screen[2]).toBe('○ test   waits for an agent: ada is full, bob has no tokens left today')
  })

  it('shows what stalls and why, what waits for its next attempt, and what is next', () => {
    const screen = new FakeTerminal({ columns: 90, rows: 20 })
    const run = shownRun({ taskIds: ['fetch', 'hang', 'more', 'ok'], screen, maxAttempts: 4 })
    for (const id of ['fetch', 'hang', 'ok']) starts(run, id)
    run.see({ type: 'task.ready', taskId: 'more' })
    run.clock.advance(60_000)
    run.see({ type: 'task.stalled', taskId: 'hang', attempt: 1, silentMs: 60_000 })
    const until = run.clock.now() + 5_000
    run.see({ type: 'task.retrying', taskId: 'fetch', attempt: 1, failure: failure('exit code 7'), until })
    run.clock.advance(100)
    expect(screen.belowCursor.slice(1)).toEqual([
      '! hang   silent for 1m00s, nothing ends it',
      '● ok    1m00s',
      '↻ fetch attempt 2 of 4 in 5s  exit code 7',
      '○ more   waits for 1 of gpu, held by another',
    ])
    expect(screen.linesAboveCursor).toEqual([
      'hang stalled, no sign of work',
      'fetch retrying in 5.0 s: exit code 7',
    ])
  })

  it('leaves failures above the block as lines that stay, and nothing else in the end', () => {
    const screen = new FakeTerminal({ columns: 30, rows: 8 })
    const run = shownRun({ taskIds: ['a', 'b'], screen, summary: ['it failed'] })
    starts(run, 'a')
    starts(run, 'b')
    fails(run, 'a', 'exit code 3, and this is a sentence longer than the screen is wide')
    run.clock.advance(100)
    fails(run, 'b', 'exit code 4')
    run.display.end({} as never)
    expect(screen.allLines).toEqual([
      'a failed: exit code 3, and this is a sentence longer than the screen is wide',
      'b failed: exit code 4',
      'it failed',
    ])
    expect(screen.isCursorShown).toBe(true)
    expect(screen.listeners).toBe(0)
    expect(run.clock.pending).toBe(0)
  })

  it('says how many more are running where there is no room for them', () => {
    const screen = new FakeTerminal({ columns: 60, rows: 10 })
    const run = shownRun({ taskIds: named(45), screen })
    for (const id of named(45)) starts(run, id)
    run.clock.advance(100)
    expect(screen.belowCursor).toHaveLength(9)
    expect(screen.belowCursor.at(-1)).toBe('… and 38 more running')
  })

  it('fits 5 rows of 20 columns', () => {
    const screen = new FakeTerminal({ columns: 20, rows: 5 })
    const run = shownRun({ taskIds: named(40), screen })
    for (const id of named(9)) starts(run, id)
    fails(run, 'task-0', 'no')
    prints(run, 'task-2', '漢字漢字漢字漢字漢字漢字')
    run.clock.advance(100)
    expect(screen.screen).toEqual([
      'task-0 failed: no',
      '0/40 ×1 ●8 0s',
      '● task-1 0s',
      '● task-2 0s  漢字…',
      '… and 6 more runni…',
    ])
  })

  it('shows what a person is asked and what they type, whatever the room', () => {
    const screen = new FakeTerminal({ columns: 40, rows: 2 })
    const run = shownRun({ taskIds: ['a'], screen })
    starts(run, 'a')
    run.display.ask('deploy failed: [r]etry [s]kip [i]gnore [a]bort? ')
    expect(screen.screen.join('\n')).toContain('[a]bort?')
    run.display.ask(undefined)
    expect(screen.screen.join('\n')).not.toContain('abort')
  })

  it('is painted at most twelve times a second, in one write a frame, and once a second when nothing happens', () => {
    const screen = new FakeTerminal({ columns: 80, rows: 24 })
    const run = shownRun({ taskIds: ['a'], screen })
    starts(run, 'a')
    for (let tick = 0; tick < 1_000; tick++) {
      prints(run, 'a', `line ${tick}`)
      run.clock.advance(1)
    }
    expect(screen.writes).toBeLessThanOrEqual(13)
    run.clock.advance(frameMs)
    const before = screen.writes
    run.clock.advance(10_000)
    expect(screen.writes - before).toBe(10)
  })

  it('is not painted for a terminal that takes nothing, which gets the latest frame when it does again', () => {
    const screen = new FakeTerminal({ columns: 40, rows: 10 })
    const run = shownRun({ taskIds: ['a', 'b'], screen })
    starts(run, 'a')
    run.clock.advance(frameMs)
    screen.isBehind = true
    const before = screen.writes
    for (let index = 0; index < 100; index++) prints(run, 'a', `line ${index}`)
    run.clock.advance(60_000)
    expect(screen.writes).toBe(before)
    screen.isBehind = false
    run.clock.advance(1_000)
    expect(screen.belowCursor[1]).toContain('line 99')
  })

  it('costs much the same for 2,000 tasks at once as for as many as the screen shows', () => {
    const painted = (count: number) => {
      const screen = new FakeTerminal({ columns: 120, rows: 40 })
      const run = shownRun({ taskIds: named(count), screen })
      for (const id of named(count)) starts(run, id)
      return () => {
        const begun = process.cpuUsage().user
        for (let frame = 0; frame < 50; frame++) run.display.say('x')
        expect(screen.belowCursor.at(-1)).toBe(`… and ${count - 24} more running`)
        return process.cpuUsage().user - begun
      }
    }
    const [few, many] = [painted(50), painted(2_000)]
    // The best of some rounds: a loaded machine makes single ones slow.
    const rounds = Array.from({ length: 6 }, () => [few(), many()] as const)
    const best = (which: 0 | 1) => Math.min(...rounds.map((round) => round[which]))
    expect(best(1) / best(0)).toBeLessThan(4)
  })
})

type Step =
  | { readonly do: 'fact'; readonly task: number; readonly way: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'say' }
  | { readonly do: 'ask' }
  | { readonly do: 'resize'; readonly columns: number; readonly rows: number }

const columns = fc.integer({ min: 2, max: 70 })
const rows = fc.integer({ min: 1, max: 20 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('fact' as const), task: fc.nat(11), way: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(1_500) }) },
  { weight: 2, arbitrary: fc.constantFrom({ do: 'say' as const }, { do: 'ask' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('resize' as const), columns, rows }) },
)

/** A next fact of the task that could come; `way` chooses. */
function next(run: ShownRun, task: number, way: number): void {
  const taskId = `task-${task}`
  const { status, attempt } = run.progress.tasks.get(taskId)!
  const at = { taskId, attempt: Math.max(1, attempt) }
  if (status === 'pending') run.see({ type: 'task.ready', taskId })
  else if (status === 'ready' || status === 'dispatched') {
    if (way === 0) run.see({ type: 'task.skipped', taskId, because: 'run-aborted' })
    else starts(run, taskId, attempt + 1)
  } else if (status === 'running') {
    if (way < 4) prints(run, taskId, ['漢字', '\tx\u0007', '\u001b[2J\u001b[Hgone', 'a'.repeat(99)][way]!)
    else if (way === 4) run.see({ type: 'task.stalled', ...at, silentMs: 60_000 })
    else if (way === 5) run.see({ type: 'task.stopping', ...at, reason: 'kill', until: run.clock.now() })
    else if (way === 6)
      run.see({ type: 'task.retrying', ...at, failure: failure('no'), until: run.clock.now() })
    else if (way < 9) completes(run, taskId)
    else fails(run, taskId, `it 漢 broke ${'badly '.repeat(way)}`)
  } else if (status === 'stalled') run.see({ type: 'task.unstalled', ...at })
  else if (status === 'stopping') run.see({ type: 'task.killed', ...at, reason: 'why not', abandoned: false })
}

describe('whatever happens in a run and to the terminal', () => {
  const given = {
    columns,
    rows,
    reflows: fc.boolean(),
    steps: fc.array(step, { minLength: 5, maxLength: 60 }),
  }

  prop.prop([fc.record(given)], { numRuns: 400 })(
    'the screen shows lines that stay and one block that fits below them',
    ({ columns, rows, reflows, steps }) => {
      const screen = new FakeTerminal({ columns, rows, reflows })
      const run = shownRun({ taskIds: named(12), screen })
      const remains = () => screen.linesAboveCursor.filter((line) => ofBlock.test(line))
      let prompt: string | undefined
      for (const one of steps) {
        if (one.do === 'fact') next(run, one.task, one.way)
        else if (one.do === 'wait') run.clock.advance(one.ms)
        else if (one.do === 'say') run.display.say('said so')
        else if (one.do === 'ask') {
          prompt = prompt === undefined ? 'what now? ' : undefined
          run.display.ask(prompt)
        } else {
          const wasPainted = screen.writes > 0
          screen.resize(one.columns, one.rows)
          if (!wasPainted) continue
        }
        if (one.do === 'fact' || one.do === 'wait') {
          expect(screen.belowCursor.length).toBeLessThanOrEqual(Math.max(1, screen.rows - 1))
          continue
        }
        // These were painted at once: what stands there is the frame of this instant, and nothing besides.
        const frame = run.frame(prompt).map((row) => row.trimEnd())
        expect(screen.belowCursor).toEqual(frame.slice(0, screen.belowCursor.length))
        expect(frame.slice(screen.belowCursor.length).join('')).toBe('')
        expect(remains()).toEqual([])
        for (const row of frame) expect(displayWidth(row)).toBeLessThan(Math.max(2, screen.columns))
        expect(screen.isCursorShown).toBe(false)
      }
      run.display.end({} as never)
      expect(screen.belowCursor).toEqual([])
      expect(remains()).toEqual([])
      expect([screen.isCursorShown, screen.wrapsLines, screen.listeners]).toEqual([true, true, 0])
      expect(run.clock.pending).toBe(0)
    },
    // Each of its runs is painted and read many times.
    120_000,
  )
})

/** Signs that rows of the block have, and no line that stays. */
const ofBlock = /[█▒░●◌↻○×/…·]|next|what/

describe('the counters', () => {
  it('count each task once: one that is stalled or being ended is not running as well', () => {
    const screen = new FakeTerminal({ columns: 140, rows: 20 })
    const run = shownRun({ taskIds: named(6), screen })
    for (const id of named(4)) starts(run, id)
    run.see({ type: 'task.stalled', taskId: 'task-1', attempt: 1, silentMs: 5 })
    run.see({ type: 'task.stopping', taskId: 'task-2', attempt: 1, reason: 'kill' })
    completes(run, 'task-3')
    run.clock.advance(100)
    expect(screen.belowCursor[0]).toMatch(
      / 1 of 6 completed · 1 running · 1 stalled · 1 being ended · 2 waiting · 0s$/,
    )
    screen.resize(50, 20)
    expect(screen.belowCursor[0]).toBe('1/6 · 1 running · 1 stalled · 0s')
    screen.resize(20, 20)
    expect(screen.belowCursor[0]).toBe('1/6 !1 ●1 0s')
  })
})

describe('a row of a task', () => {
  const rowsOf = (columns: number, tell: (run: ShownRun) => void, waitsFor?: Explanation['waitsFor']) => {
    const screen = new FakeTerminal({ columns, rows: 20 })
    const run = shownRun({ taskIds: ['build-for-every-platform'], screen, waitsFor })
    starts(run, 'build-for-every-platform')
    tell(run)
    run.clock.advance(100)
    return screen.belowCursor.slice(1)
  }
  const taskId = 'build-for-every-platform'
  const at = { taskId, attempt: 1 }

  it('has a bar where progress is reported, and what it wrote last without its indentation', () => {
    const tell = (run: ShownRun) => {
      run.see({ type: 'task.progress', ...at, percent: 42 })
      prints(run, taskId, '\u001b[33m   linking\u001b[0m app')
    }
    expect(rowsOf(100, tell)).toEqual(['● build-for-every-platform    0s  ████░░░░░░ 42 %  linking app'])
  })

  it('has the beginning and the end of a name that is too long', () => {
    expect(rowsOf(45, () => undefined)).toEqual(['● build-f…latform 0s'])
  })

  it('shows a line that has not ended, in place of the one before', () => {
    const tell = (run: ShownRun) => {
      prints(run, taskId, 'begun')
      run.see({ type: 'task.output', ...at, text: '20 of 70', stream: 'stdout', isPartial: true })
    }
    expect(rowsOf(80, tell)).toEqual(['● build-for-every-platform    0s  20 of 70'])
  })

  it('says how long it is silent and what ends it, with its last line below where there is no room', () => {
    const tell = (run: ShownRun) => {
      prints(run, taskId, 'listening on port 8080')
      const until = run.clock.now() + 30_000
      run.see({ type: 'task.stalled', ...at, silentMs: 60_000, until })
    }
    expect(rowsOf(100, tell)).toEqual([
      '! build-for-every-platform  silent for 1m00s, to be ended in 30s  listening on port 8080',
    ])
    expect(rowsOf(58, tell)).toEqual([
      '! build-for-every-platform  silent 1m00s, ended in 30s',
      '  listening on port 8080',
    ])
  })

  it('says how long a question waits, and what will happen if nobody answers', () => {
    const tell = (run: ShownRun) => {
      run.see({ type: 'task.asked', ...at, of: 'handler', question: 'Which region?' })
      run.clock.advance(20_000)
    }
    const waitsFor = [{ kind: 'instant' as const, what: 'timeout' as const, at: 1_000_000 + 60_000 }]
    expect(rowsOf(100, tell, waitsFor)).toEqual([
      '? build-for-every-platform  asks for 20s, timeout in 40s: Which region?',
    ])
  })

  it('says what is answered by itself, where that comes before other limits', () => {
    const limit = { until: 1_000_000 + 60_000, defaultAnswer: 'eu' }
    const tell = (run: ShownRun) => {
      run.see({ type: 'task.asked', ...at, of: 'handler', question: 'Which region?', ...limit })
      run.clock.advance(20_000)
    }
    const answer = { kind: 'answer' as const, question: 'Which region?', of: 'handler' as const, ...limit }
    const timeout = { kind: 'instant' as const, what: 'timeout' as const, at: 1_000_000 + 90_000 }
    expect(rowsOf(100, tell, [answer, timeout])).toEqual([
      '? build-for-every-platform  asks for 20s, answers eu in 40s: Which region?',
    ])
    expect(rowsOf(100, tell, [{ ...answer, defaultAnswer: undefined }, timeout])).toEqual([
      '? build-for-every-platform  asks for 20s, gives up in 40s: Which region?',
    ])
  })

  it('says how long it has asked what to do about its failure, and what it wrote last', () => {
    const tell = (run: ShownRun) => {
      prints(run, taskId, 'the database is locked')
      run.see({ type: 'task.asked', ...at, of: 'failure', question: 'What now?', failure: failure('no') })
      run.clock.advance(20_000)
    }
    expect(rowsOf(100, tell)).toEqual([
      '? build-for-every-platform  failed, asks what now for 20s  the database is locked',
    ])
  })
})

describe('the colours of what a command writes', () => {
  it('reach the terminal, and nothing else of its escape codes does', () => {
    let sent = ''
    const screen = new FakeTerminal({ columns: 60, rows: 20 })
    const write = screen.write.bind(screen)
    screen.write = (text) => {
      sent += text
      write(text)
    }
    const run = shownRun({ taskIds: ['a'], screen, isColoured: true })
    starts(run, 'a')
    prints(run, 'a', '\u001b]0;title\u0007\u001b[1;32mgood\u001b[2J\u001b[?25h \u001b[31mbad\u001b[8m')
    run.clock.advance(100)
    expect(sent).toContain('\u001b[1;32mgood \u001b[31mbad\u001b[8m\u001b[0m')
    for (const cut of ['title', '\u001b[2J', '\u001b[?25h']) expect(sent).not.toContain(cut)
    expect(screen.belowCursor[1]).toBe('● a    0s  good bad')
  })
})
