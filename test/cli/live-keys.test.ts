import { describe, expect, it } from 'vitest'
import { keysIn } from '../../src/cli/run/keys-in.ts'
import type { Screen } from '../../src/cli/screen/screen.ts'
import { liveThenPlain } from '../../src/cli/view/live-then-plain.ts'
import { plainView } from '../../src/cli/view/plain-view.ts'
import { FakeTerminal } from './fake-terminal.ts'
import { completes, failure, prints, type ShownFact, shownRun, starts } from './shown-run.ts'

const size = { columns: 100, rows: 20 }

function watched(taskIds: readonly string[], { columns, rows } = size) {
  const screen = new FakeTerminal({ columns, rows })
  const run = shownRun({ taskIds, screen, hasKeys: true })
  for (const id of taskIds) starts(run, id)
  run.clock.advance(100)
  const press = (keys: string) => keysIn(keys).map((key) => run.keys.press(key))
  return { screen, run, press, block: () => screen.belowCursor }
}

const up = '\u001b[A'
const down = '\u001b[B'
const escape = '\u001b'

describe('keys on a live view', () => {
  it('choose a row, which an arrow marks, and let go of it', () => {
    const { press, block } = watched(['build', 'test'])
    press(down + down)
    expect(block()[2]).toMatch(/^▸ test/)
    press(up)
    expect(block()[1]).toMatch(/^▸ build/)
    press(escape)
    expect(block().join('\n')).not.toContain('▸')
  })

  it('open the output of a task in its own place, follow its end, and scroll in it', () => {
    const { press, block, run } = watched(['build'])
    prints(run, 'build', Array.from({ length: 50 }, (_, line) => `line ${line}`).join('\n'))
    press('o')
    expect(block()[1]).toBe('output of build · the end')
    expect(block().at(-2)).toBe('line 49')
    prints(run, 'build', 'line 50')
    run.clock.advance(100)
    expect(block().at(-2)).toBe('line 50')
    press('k')
    prints(run, 'build', 'line 51')
    run.clock.advance(100)
    expect(block()[1]).toBe('output of build · 2 more below')
    expect(block().at(-2)).toBe('line 49')
    press('g')
    expect(block()[2]).toBe('line 0')
    press('G')
    expect(block().at(-2)).toBe('line 51')
    press('o')
    expect(block()[1]).toMatch(/^▸ build/)
  })

  it('show the output of a task that is settled', () => {
    const { press, block, run } = watched(['build', 'test'])
    prints(run, 'build', 'built')
    completes(run, 'build')
    press(up)
    expect(block().at(-2)).toMatch(/^▸ build ✓/)
    press('\r')
    expect(block().slice(1, 3)).toEqual(['output of build', 'built'])
  })

  it('tell why a task is where it is, and what happened to it', () => {
    const { press, block } = watched(['build'])
    press('w')
    expect(block().slice(1, 5)).toEqual([
      'why build',
      'build is waiting for something.',
      '',
      '0 ms  build started',
    ])
  })

  it('kill a task after a question, which any key but y answers with no', () => {
    const { press, block } = watched(['build', 'test'])
    press(down)
    expect(press('x')).toEqual([undefined])
    expect(block().at(-2)).toContain('Kill build? [y]es')
    expect(press('nq')[0]).toBeUndefined()
    press(`${down}x`)
    expect(press('y')).toEqual([{ do: 'kill', taskId: 'build' }])
  })

  it('kill nothing that is settled meanwhile', () => {
    const { press, block, run } = watched(['build', 'test'])
    press(`${down}x`)
    completes(run, 'build')
    run.clock.advance(100)
    expect(block().join('\n')).not.toContain('Kill')
    expect(press('y')).toEqual([undefined])
  })

  it('are named in full on a narrow terminal, where one scrolls in them', () => {
    const { press, block } = watched(['build'], { columns: 40, rows: 15 })
    press('?')
    const first = block().join(' ')
    press('G')
    const whole = (first + block().join(' ')).replaceAll(/ +/g, ' ')
    expect(whole).not.toContain('…')
    for (const words of ['put a question off', 'in plain lines', 'again kills them', 'what happened so far'])
      expect(whole).toContain(words)
    press('?')
    expect(block()[1]).toMatch(/^● build/)
  })

  it('answer the question of the chosen row, and leave the view', () => {
    const { press, run } = watched(['build', 'deploy'])
    run.see({
      type: 'task.asked',
      taskId: 'deploy',
      attempt: 1,
      of: 'failure',
      question: 'what now',
      failure: failure('no'),
    })
    expect(press('\r')).toEqual([{ do: 'answer', taskId: 'deploy' }])
    expect(press('q')).toEqual([{ do: 'leave' }])
  })

  it.each([
    [40, 15],
    [12, 5],
    [2, 2],
  ])('fit a screen of %i columns and %i rows', (columns, rows) => {
    const { press, block, run } = watched(['build', 'test'], { columns, rows })
    prints(run, 'build', 'x'.repeat(200))
    for (const keys of [down, 'o', 'w', '?', escape, 'x', 'n']) {
      press(keys)
      expect(block().length).toBeLessThanOrEqual(Math.max(1, rows - 1))
    }
  })
})

describe('what a terminal sends for keys', () => {
  it('is read as characters and names; what nobody needs is left out', () => {
    expect(keysIn('aä日\r\u007f\u0003\u001b[A\u001bOB\u001b[5~\u001b[3~\u001b[1;5C\u001bx\u0007')).toEqual([
      'a',
      'ä',
      '日',
      '<enter>',
      '<backspace>',
      '<ctrl-c>',
      '<up>',
      '<down>',
      '<page-up>',
    ])
    expect(keysIn('\u001b')).toEqual(['<escape>'])
  })
})

describe('a view that is left', () => {
  it('leaves the lines that stand above it and nothing else; the run goes on in plain lines below', () => {
    const screen = new FakeTerminal({ columns: 80, rows: 20 })
    const terminal: Screen = {
      columns: 80,
      rows: 20,
      isBehind: false,
      isClogged: false,
      // Without raw mode, a terminal begins a line where the last one has ended.
      write: (text) => screen.write(text.replaceAll(/\r?\n/g, '\r\n')),
      onResize: (listener) => screen.onResize(listener),
    }
    const run = shownRun({
      taskIds: ['build', 'test'],
      screen: terminal,
      hasKeys: true,
      weights: ['alarm', 'end'],
    })
    const plain = () => plainView({ ...run.parts, weights: new Set(['end', 'output']) })
    const display = liveThenPlain(run.live, plain)
    const see = (fact: ShownFact) => display.see(run.told(fact))
    for (const taskId of ['build', 'test']) see({ type: 'task.started', taskId, attempt: 1 })
    see({ type: 'task.completed', taskId: 'build', attempt: 1, output: 1 })
    run.clock.advance(100)
    expect(screen.belowCursor.join('\n')).toContain('● test')
    display.ask('which one? ')
    display.keys!.leave()
    see({ type: 'task.output', taskId: 'test', attempt: 1, text: 'shown now', stream: 'stdout' })
    display.end({ settledAt: run.clock.now() } as never)
    expect(screen.allLines).toEqual([
      'build completed in < 1 ms',
      // A line of its own, so that what happens meanwhile does not stand behind the question.
      'which one?',
      expect.stringMatching(/^\S+ test {2}\| shown now$/),
    ])
    expect([screen.isCursorShown, screen.listeners, run.clock.pending]).toEqual([true, 0, 0])
  })
})
