import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { builtDagmar } from '../cli/built-dagmar.ts'

const folder = fileURLToPath(new URL('../../examples/', import.meta.url))

const examples: Readonly<Record<string, () => Promise<unknown>>> = {
  '00-readme.ts': () => import('../../examples/00-readme.ts'),
  '01-hello-dag.ts': () => import('../../examples/01-hello-dag.ts'),
  '02-typed-outputs.ts': () => import('../../examples/02-typed-outputs.ts'),
  '03-retry-and-dead-letter.ts': () => import('../../examples/03-retry-and-dead-letter.ts'),
  '04-rules-and-failure-modes.ts': () => import('../../examples/04-rules-and-failure-modes.ts'),
  '05-priorities-and-pools.ts': () => import('../../examples/05-priorities-and-pools.ts'),
  '06-machine-as-task.ts': () => import('../../examples/06-machine-as-task.ts'),
  '07-hung-handler.ts': () => import('../../examples/07-hung-handler.ts'),
  '08-event-stream.ts': () => import('../../examples/08-event-stream.ts'),
  '09-commands.ts': () => import('../../examples/09-commands.ts'),
  '10-replay-recording.ts': () => import('../../examples/10-replay-recording.ts'),
  '11-simulate.ts': () => import('../../examples/11-simulate.ts'),
  '12-check-dag.ts': () => import('../../examples/12-check-dag.ts'),
  // Its tests are node:test's, so it runs in a process of its own.
  '13-laws.ts': async () => {
    const { VITEST: _vitest, NODE_TEST_CONTEXT: _context, ...env } = process.env
    const built = join(dirname(builtDagmar()), 'examples/13-laws.js')
    return execFileSync(process.execPath, ['--test-reporter=tap', built], { env, encoding: 'utf8' })
  },
  '14-inspect.ts': () => import('../../examples/14-inspect.ts'),
  '15-emitters.ts': () => import('../../examples/15-emitters.ts'),
  '16-task-source.ts': () => import('../../examples/16-task-source.ts'),
}

/** Runs an example to its end; gives what it has printed, as lines. */
async function linesOf(name: string): Promise<readonly string[]> {
  const printed: string[] = []
  vi.spyOn(console, 'log').mockImplementation((...words: readonly unknown[]) => {
    printed.push(words.join(' '))
  })
  const told = await examples[name]!()
  if (typeof told === 'string') printed.push(told)
  return printed.join('\n').split('\n')
}

/** As `linesOf`, with every length of time blanked. */
async function timelessLinesOf(name: string): Promise<readonly string[]> {
  return (await linesOf(name)).map((line) => line.replace(/\d+(?:\.\d+)? (?:ms|s)\b/g, '…').trim())
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the numbered examples', () => {
  const numbered = readdirSync(folder).filter((name) => /^\d/.test(name))

  it('are all run here', () => {
    expect(numbered).toEqual(Object.keys(examples))
  })

  it.each(numbered)('%s fits on a screen and begins with what it shows and prints', (name) => {
    const lines = readFileSync(`${folder}${name}`, 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeLessThan(60)
    expect(lines[0]).toMatch(/^\/\/ Shows .+\.$/)
    expect(lines[1]).toMatch(/^\/\/ Prints .+\.$/)
    expect(lines[2]).toMatch(/^import /)
  })
})

describe('00 readme', () => {
  it('retries what failed once, passes over what is ignored, and deploys', async () => {
    const lines = await linesOf('00-readme.ts')
    expect(lines).toContain('task.retrying test')
    expect(lines.slice(-3)).toEqual([
      'run.completed ',
      'completed deployed: app.js is fine',
      'lint failed: two spaces, not four',
    ])
  })
})

describe('01 hello dag', () => {
  it('tells the facts in order and what the last task made of the others', async () => {
    const lines = await linesOf('01-hello-dag.ts')
    expect(lines[0]).toContain('run.created')
    const at = (type: string, taskId: string) =>
      lines.findIndex((line) => line.split(/ +/).join(' ') === `${type} ${taskId}`)
    expect(at('task.ready', 'table')).toBeGreaterThan(at('task.completed', 'kettle'))
    expect(at('task.ready', 'table')).toBeGreaterThan(at('task.completed', 'toaster'))
    expect(lines.at(-1)).toBe('The run completed. On the table: toast and tea.')
  })
})

describe('02 typed outputs', () => {
  it('works out the invoice', async () => {
    expect(await linesOf('02-typed-outputs.ts')).toEqual([
      'Invoice for Ada',
      '  net      580.00',
      '  tax      116.00',
      '  total    696.00',
      '(a tax of 116.0 to hand on)',
    ])
  })
})

describe('03 retry and dead letter', () => {
  it('tries again while it may, and saves the dead letter by a redrive', async () => {
    const lines = await timelessLinesOf('03-retry-and-dead-letter.ts')
    expect(lines.filter((line) => line.startsWith('stamps'))).toEqual([
      'stamps #1: the printer is jammed; again in …',
      'stamps #2: the printer is jammed; again in …',
      'stamps #3: completed',
    ])
    expect(lines.filter((line) => line.startsWith('weather'))).toEqual([
      'weather #1: too many questions; again in …',
      'weather #2: completed',
    ])
    expect(lines.filter((line) => line.startsWith('address'))).toEqual([
      'address #1: nobody of this name lives there; given up',
    ])
    expect(lines).toContain('failed; dead letters: post')
    expect(lines.slice(-2)).toEqual(['after the redrive: post sent, hooray', 'still failed: address'])
  })
})

describe('04 rules and failure modes', () => {
  it('keeps root causes and consequences apart', async () => {
    const lines = await linesOf('04-rules-and-failure-modes.ts')
    const statuses = lines.slice(0, 9).map((line) => line.split(/ +/, 2).join(' '))
    expect(statuses).toEqual([
      'build completed',
      'spelling failed',
      'test failed',
      'sign completed',
      'publish skipped',
      'announce skipped',
      'alarm completed',
      'clean completed',
      'report completed',
    ])
    expect(lines.slice(10)).toEqual([
      'The run failed. It went wrong here:',
      '  test: 2 of 340 tests failed',
      'and this followed from it:',
      '  publish was skipped: dependency-failed, test',
      '  announce was skipped: dependency-failed, test',
    ])
  })
})

describe('05 priorities and pools', () => {
  it('says why tasks wait, and starts them by priority and room', async () => {
    const lines = await linesOf('05-priorities-and-pools.ts')
    const why = lines.slice(0, lines.indexOf(''))
    expect(why.map((line) => line.split(' ', 1)[0])).toEqual(['cake', 'salad', 'candles'])
    expect(why[0]).toContain('oven')
    expect(why[1]).toContain('one of the 3 slots')
    expect(why[2]).toContain('waits for cake')
    const starts = lines.slice(lines.indexOf('') + 2).map((line) => line.replace(/^·* +/, ''))
    expect(starts).toEqual(['bread', 'soup', 'sauce', 'salad', 'cake', 'candles'])
  })
})

describe('06 a machine as task', () => {
  it('shows the states inside the task and passes its output on', async () => {
    expect(await linesOf('06-machine-as-task.ts')).toEqual([
      'The kettle, as a task:',
      '  heating at 45 °C',
      '  heating at 70 °C',
      '  heating at 95 °C',
      '  steeping at 95 °C',
      '  poured at 95 °C',
      '4 cups, brewed from 12 g at 95 °C.',
    ])
  })
})

describe('07 a hung handler', () => {
  it('is seen, explained and got rid of', async () => {
    const lines = await timelessLinesOf('07-hung-handler.ts')
    expect(lines[0]).toMatch(/^copy is stalled .* stall grace in …\.$/)
    expect(lines[1]).toContain('verify is pending and waits for copy')
    expect(lines[2]).toMatch(/^copy is stopping .* kill grace in …\.$/)
    expect(lines[3]).toBe('copy was killed: silent for too long.')
    const story = lines.filter((line) => line.startsWith('… ')).map((line) => line.replace(/^… +/, ''))
    expect(story.slice(-5)).toEqual([
      'task.started',
      'task.stalled',
      'task.stopping',
      'task.abandoned',
      'task.killed',
    ])
    expect(lines.slice(-2)).toEqual(['The run failed, but the owner was told.', 'Abandoned: copy.'])
  })
})

describe('08 the event stream', () => {
  it('shows progress, the lines of each task, and less to a slow observer', async () => {
    const lines = await linesOf('08-event-stream.ts')
    expect(lines.slice(0, 4)).toEqual([
      '████░░░░░░░░░░░░ 1 of 4',
      '████████░░░░░░░░ 2 of 4',
      '████████████░░░░ 3 of 4',
      '████████████████ 4 of 4',
    ])
    expect(lines[5]).toMatch(/^The slow observer saw \d+ facts up to run\.completed\.$/)
    expect(lines.slice(6)).toEqual(
      ['beach', 'forest', 'harbour', 'album'].map((taskId) => `${taskId}: unpack, compress, store`),
    )
  })
})

describe('09 commands', () => {
  it('shows what commands write, hands outputs on, and says why one failed', async () => {
    const lines = await linesOf('09-commands.ts')
    expect(lines).toContain('files | looking around')
    expect(lines).toContain(`broken | two`)
    expect(lines.at(-2)).toMatch(/^Node v\d+\.\d+\.\d+, \d+ files here$/)
    expect(lines.at(-1)).toBe('broken: The command exited with code 3. Its last lines: one, two')
  })
})

describe('10 replay of a recording', () => {
  it('runs the sample as processes and compares it with its critical path', async () => {
    const lines = await timelessLinesOf('10-replay-recording.ts')
    expect(lines).toEqual([
      'sample: 4 of 4 tasks completed',
      'in … with 4 slots; the critical path takes …:',
      'split → align-2 → merge',
    ])
  })

  const folder = new URL('../../../shared/data/wfcommons/', import.meta.url)
  it.runIf(existsSync(folder))(
    'replays a recording of 82 tasks, where the recordings are there',
    async () => {
      const path = fileURLToPath(new URL('1000genome-chameleon-2ch-250k-001.json', folder))
      const before = process.argv
      process.argv = [before[0]!, before[1]!, path, '1']
      vi.resetModules()
      const lines = await linesOf('10-replay-recording.ts').finally(() => {
        process.argv = before
      })
      expect(lines[0]).toBe('1000genome-20200402T001655Z-0: 82 of 82 tasks completed')
    },
  )
})

describe('11 simulate', () => {
  it('says how long a dag will take, by estimates, by chance, and by what it took', async () => {
    const lines = await linesOf('11-simulate.ts')
    expect(lines.slice(0, 6)).toEqual([
      'build   ████',
      'lint    ██',
      'unit        ████████',
      'chrome      ████████████',
      'firefox                 ██████████',
      'deploy                            ██',
    ])
    expect(lines[6]).toMatch(
      /^14\.0 min\. The work for the pool browser \(1\) bounds it: no schedule is shorter\./,
    )
    expect(lines[7]).toMatch(/^with rough estimates: 1\d\.\d min as a rule, 1\d\.\d min at worst$/)
    expect(lines.slice(8)).toEqual([
      'with a second browser: 3 slots will do, 9.0 min',
      'by what it took: less than a second, true',
    ])
  })
})

describe('12 check of a dag', () => {
  it('finds what is careless, and nothing in the sound one', async () => {
    const lines = await linesOf('12-check-dag.ts')
    expect(lines[0]).toBe('release: not every run settles; 3 errors, 1 warning')
    expect(lines.filter((line) => /^(?:error|warning) {2}/.test(line))).toEqual([
      'error  RUN_NEVER_SETTLES',
      'error  PROMISE_BROKEN',
      'error  RULE_NEVER_FIRES',
      'warning  IGNORE_PASSES_UNDEFINED',
    ])
    expect(lines.at(-1)).toBe('release: every run settles; nothing to complain of')
  })
})

describe('13 laws', () => {
  it('has node:test try two laws, and tells the story of a task', async () => {
    const lines = await timelessLinesOf('13-laws.ts')
    expect(lines.filter((line) => line.startsWith('ok '))).toEqual([
      'ok 1 - whatever goes wrong, the guarantees hold',
      'ok 2 - nothing untested is deployed',
      'ok 3 - a test that fails once is tried again, while nothing else waits for it',
    ])
    expect(lines).toContainEqual(
      expect.stringMatching(/test retrying in …: the database was not up yet \(attempt 1, HANDLER_THREW, /),
    )
  })
})

describe('14 the inspector', () => {
  it('prints the address of a page, which is gone with the run', async () => {
    const lines = await linesOf('14-inspect.ts')
    const [, address] = /^Open (http:\/\/127\.0\.0\.1:\d+\/)#[\w-]{32}$/.exec(lines[0]!)!
    expect(lines.slice(1)).toEqual(['The run completed: 5 tasks completed, 1 failed.'])
    await expect(fetch(address!)).rejects.toThrow('fetch failed')
  })
})

describe('15 emitters', () => {
  it('loses nothing unseen: what the channel kept and what it dropped is what the listeners heard', async () => {
    const [channel, listeners] = await linesOf('15-emitters.ts')
    const [, kept, dropped] = /the channel kept (\d+) facts and dropped (\d+)\.$/.exec(channel!)!.map(Number)
    const [, ledger, screen, late] = /heard (\d+), the screen (\d+), and the late one (\d+)\.$/
      .exec(listeners!)!
      .map(Number)
    expect(kept).toBe(64)
    expect(kept! + dropped!).toBe(ledger)
    expect(screen).toBe(ledger)
    expect(late).toBeGreaterThan(0)
    expect(late).toBeLessThan(ledger!)
  })
})

describe('16 task source', () => {
  it('has the most urgent done first, and closes each ticket with what became of it', async () => {
    expect(await linesOf('16-task-source.ts')).toEqual([
      'the desk is away for a moment: opened again',
      'T-3 the shop is down: done by cyd',
      'T-1 a typo on the first page: done by ann',
      'T-2 a new logo: done by ann',
      'T-4 an old bill: max retries exceeded',
      '4 taken, 4 settled',
    ])
  })
})
