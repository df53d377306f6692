import { SimulatedClock } from 'dagmar'
import { BehaviorSubject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { listWatch } from '../../../src/cli/jobs/list-watch.ts'
import type { Keyboard } from '../../../src/cli/run/keyboard.ts'
import { painter } from '../../../src/cli/screen/colours.ts'
import { displayWidth } from '../../../src/cli/screen/text-width.ts'
import { DagmarError } from '../../../src/errors/dagmar-error.ts'
import type { JobSummary } from '../../../src/jobs/job.ts'
import { FakeTerminal } from '../fake-terminal.ts'
import { jobOf } from './made-jobs.ts'

function shown(first: readonly JobSummary[], size = { columns: 100, rows: 24 }) {
  const screen = new FakeTerminal(size)
  const clock = new SimulatedClock(1_000_000)
  const list = new BehaviorSubject(first)
  const connected$ = new BehaviorSubject(true)
  let type: ((text: string) => void) | undefined
  const keyboard: Keyboard = {
    listen: (_raw, onText) => {
      type = onText
      return () => {
        type = undefined
      }
    },
  }
  const watch = listWatch({
    jobs: { jobs$: () => list, connected$ },
    query: undefined,
    isAll: false,
    look: 'live',
    screen,
    paint: painter(false),
    clock,
    keyboard,
  })
  clock.advance(100)
  return {
    screen,
    clock,
    list,
    connected$,
    watch,
    press: (text: string) => type?.(text),
    hears: () => type !== undefined,
  }
}

const many = (count: number, fields: Partial<JobSummary> = {}): JobSummary[] =>
  Array.from({ length: count }, (_, index) =>
    jobOf({
      id: `261126-113754-${String(index).padStart(4, '0')}`,
      place: index + 1,
      status: 'running',
      ...fields,
    }),
  )

describe('the list of jobs on a terminal', () => {
  it.each([
    [200, 50],
    [80, 24],
    [40, 15],
    [40, 4],
    [12, 2],
    [30, 1],
  ])(
    'fits %d by %d, the latest last, however many jobs there are and whatever they are called',
    (columns, rows) => {
      const nasty = {
        name: 'a\u001b[2Jb\u202e 部署ａ'.repeat(9),
        message: '\u001b]0;x\u0007 部署'.repeat(30),
        project: '\n\t',
      }
      const { screen, watch } = shown(many(300, nasty), { columns, rows })
      const block = screen.belowCursor
      expect(block.length).toBeLessThanOrEqual(rows)
      for (const row of block) expect(displayWidth(row)).toBeLessThan(columns)
      if (rows > 4) expect(block.join('\n')).toContain('%300')
      expect(block.join('\n')).not.toContain('%1 ')
      watch.close()
      expect(screen.isCursorShown).toBe(true)
      expect(screen.listeners).toBe(0)
    },
  )

  it('follows what changes, the width of the terminal included, and says that the supervisor is gone', () => {
    const { screen, clock, list, connected$ } = shown(many(2))
    list.next(many(2, { status: 'failed', message: 'exit code 1' }))
    clock.advance(100)
    expect(screen.belowCursor.join('\n')).toContain('exit code 1')
    screen.resize(30, 10)
    expect(Math.max(...screen.belowCursor.map(displayWidth))).toBeLessThan(30)
    screen.resize(100, 24)
    connected$.next(false)
    clock.advance(100)
    expect(screen.belowCursor.at(-1)).toBe('the supervisor is gone; starting it again…')
    connected$.next(true)
    clock.advance(100)
    expect(screen.belowCursor.at(-1)).toBe('q leaves the list; jobs go on')
  })

  it('leaves nothing of an old frame behind, however often the terminal is made narrow and wide', () => {
    const { screen, press } = shown(many(300), { columns: 120, rows: 20 })
    for (const [columns, rows] of [
      [40, 20],
      [200, 20],
      [61, 8],
      [90, 40],
      [33, 12],
      [120, 20],
    ] as const) {
      screen.resize(columns, rows)
      const [head, ...rest] = screen.screen.filter((line) => line !== '')
      expect(head).toContain('progress')
      expect(rest.filter((line) => line.includes('%300'))).toHaveLength(1)
      expect(rest.filter((line) => !line.startsWith('%')).at(-1)).toBe('q leaves the list; jobs go on')
    }
    press('q')
    expect(screen.isOwnScreen).toBe(false)
    // What stays is a single list.
    expect(screen.allLines.filter((line) => line.includes('progress'))).toHaveLength(1)
  })

  it('cuts no count on a narrow terminal', () => {
    const { screen } = shown(many(1_200), { columns: 40, rows: 15 })
    expect(screen.belowCursor.slice(-3)).toEqual([
      'Running 1200 · Pending 0 · Completed 0',
      'Failed 0',
      'q leaves the list; jobs go on',
    ])
  })

  it('is left by q with 0 and by Ctrl-C with 130, and what was seen last stays', async () => {
    for (const [key, code] of [
      ['q', 0],
      ['d', 0],
      ['\u0003', 130],
    ] as const) {
      const { screen, watch, press, hears } = shown(many(2))
      press(key)
      expect(await watch.ended).toBe(code)
      expect(hears()).toBe(false)
      expect(screen.allLines.at(-1)).toBe('Running 2 · Pending 0 · Completed 0 · Failed 0')
      expect(screen.allLines.join('\n')).not.toContain('leaves the list')
    }
  })

  it('ends with 1 where nobody tells of jobs any more', async () => {
    const { screen, watch, list } = shown(many(1))
    list.error(new DagmarError('SUPERVISOR_LOST', { message: 'The supervisor was stopped.' }))
    expect(await watch.ended).toBe(1)
    expect(screen.allLines.at(-1)).toContain('The supervisor was stopped.')
  })
})
