import { TerminalError } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { jobWatch } from '../../src/cli/jobs/job-watch.ts'
import { loadDisplay, type Look } from '../../src/cli/run/choose-display.ts'
import type { Keyboard } from '../../src/cli/run/keyboard.ts'
import { painter } from '../../src/cli/screen/colours.ts'
import type { Screen } from '../../src/cli/screen/screen.ts'
import { type FakeJob, fakeJob } from './fake-job.ts'
import { FakeTerminal } from './fake-terminal.ts'

/** A watch of a job on a terminal of its own. */
async function watching(
  fake: FakeJob,
  { look = 'live' as Look, columns = 100, rows = 24, nobody = false } = {},
) {
  const screen = new FakeTerminal({ columns, rows })
  const aside = new FakeTerminal({ columns, rows })
  let type: ((text: string) => void) | undefined
  const keyboard: Keyboard = {
    listen: (_raw, onText) => {
      type = onText
      return () => {
        type = undefined
      }
    },
  }
  const watch = await jobWatch({
    jobs: fake.jobs,
    job: fake.job,
    look,
    screen: withNewlines(screen),
    aside: withNewlines(aside),
    paint: painter(false),
    makeDisplay: await loadDisplay({
      look,
      isColoured: false,
      level: 'normal',
      logDir: undefined,
      groups: undefined,
    }),
    keyboard: nobody || look !== 'live' ? undefined : keyboard,
    clock: fake.clock,
  })
  let exitCode: number | undefined
  const hearEnd = async (): Promise<void> => {
    exitCode = await watch.ended
  }
  void hearEnd()
  const settle = async (ms = 100): Promise<void> => {
    await fake.clock.advanceAsync(ms)
  }
  return {
    watch,
    settle,
    press: async (text: string) => {
      type?.(text)
      await settle()
    },
    hears: () => type !== undefined,
    block: () => screen.belowCursor,
    all: () => screen.allLines,
    aside: () => aside.allLines,
    exitCode: () => exitCode,
    screen,
  }
}

/** Lines that end with a newline begin at the left. */
function withNewlines(terminal: FakeTerminal): Screen {
  return {
    get columns() {
      return terminal.columns
    },
    get rows() {
      return terminal.rows
    },
    isBehind: false,
    isClogged: false,
    onResize: (listener) => terminal.onResize(listener),
    write: (text) => terminal.write(text.replaceAll('\n', '\r\n')),
  }
}

/** A handler that takes so long, unless it is killed. */
const patient =
  (fake: () => FakeJob, ms: number) =>
  ({ signal }: { readonly signal: AbortSignal }) =>
    new Promise<void>((resolve, reject) => {
      fake().clock.setTimeout(resolve, ms)
      signal.addEventListener('abort', () => reject(new Error('killed')))
    })

/** A job of three tasks of a minute, one after the other. */
function slowJob(): FakeJob {
  const fake: FakeJob = fakeJob({
    build: { run: patient(() => fake, 60_000) },
    test: { run: patient(() => fake, 60_000), needs: ['build'] },
    deploy: { run: patient(() => fake, 60_000), needs: ['test'] },
  })
  return fake
}

describe('a job that is watched on a terminal', () => {
  it('is shown as dagmar run shows its own, with what is left since', async () => {
    const fake = slowJob()
    fake.start()
    await fake.clock.advanceAsync(70_000)
    const it = await watching(fake)
    await it.settle()
    expect(it.block()[0]).toMatch(/1 of 3 completed · 1 running · 1 waiting · 1m10s$/)
    expect(it.block().join('\n')).toContain('test')
    // What happened before is no news.
    expect(it.all().join('\n')).not.toContain('build')
    await it.settle(60_000)
    expect(it.all()[0]).toMatch(/^test completed/)
    await it.settle(60_000)
    expect(it.all().at(-1)).toBe('release completed after 3 min 0 s: 3 completed')
    expect(it.exitCode()).toBe(0)
    expect(it.screen.isCursorShown).toBe(true)
    expect(fake.watchers).toBe(0)
  })

  it('goes on when somebody detaches with d, who is told how to come back', async () => {
    const fake = slowJob()
    fake.start()
    const it = await watching(fake)
    await it.settle()
    expect(it.block().at(-1)).toContain('d detach')
    await it.press('d')
    expect(it.all()).toEqual(['detached; the job goes on: dagmar attach 261126-113754-a2f5'])
    expect(it.exitCode()).toBe(0)
    expect(it.hears()).toBe(false)
    expect(it.screen.isCursorShown).toBe(true)
    expect(fake.watchers).toBe(0)
    expect(fake.run.view().status).toBe('running')
  })

  it('goes on after Ctrl-C, which exits with 130', async () => {
    const fake = slowJob()
    fake.start()
    const it = await watching(fake)
    await it.press('\u0003')
    expect(it.all().at(-1)).toContain('detached; the job goes on')
    expect(it.exitCode()).toBe(130)
    expect(fake.run.view().status).toBe('running')
    expect(fake.asked).toEqual([])
  })

  it('shows several people the same', async () => {
    const fake = slowJob()
    fake.start()
    const [one, other] = [await watching(fake), await watching(fake)]
    await one.settle()
    expect(one.block()).toEqual(other.block())
    await one.press('d')
    await other.settle(180_000)
    expect(other.exitCode()).toBe(0)
    expect(other.all().at(-1)).toContain('release completed')
  })

  it('has a task killed by a key', async () => {
    const fake = slowJob()
    fake.start()
    const it = await watching(fake)
    await it.settle()
    await it.press('x')
    expect(it.block().join('\n')).toContain('Kill build?')
    await it.press('y')
    await it.settle()
    expect(fake.asked).toEqual([['kill', 'build', 'killed by hand']])
    expect(it.exitCode()).toBe(1)
    expect(it.all().at(-1)).toContain('release failed')
  })

  it('goes on in plain lines after q, which a detach ends, too', async () => {
    const fake = slowJob()
    fake.start()
    const it = await watching(fake)
    await it.press('q')
    expect(it.all().join('\n')).toContain('the job goes on here in plain lines; Ctrl-C detaches')
    await it.settle(60_000)
    expect(it.all().at(-1)).toMatch(/^01:00\.\d test {4}started$/)
    // Nothing but signals comes from the keyboard now.
    expect(it.hears()).toBe(false)
    it.watch.detach(130)
    await it.settle()
    expect(it.all().at(-1)).toMatch(/^01:00\.1 detached; the job goes on/)
    expect(it.exitCode()).toBe(130)
  })
})

describe('a question of a job', () => {
  const asking = (): FakeJob =>
    fakeJob({
      deploy: {
        run: () => {
          throw new TerminalError('no room')
        },
        onFailure: 'ask',
      },
    })

  it('is asked whoever watches, and answered by one of them', async () => {
    const fake = asking()
    fake.start()
    await fake.clock.advanceAsync(10)
    const [one, other] = [await watching(fake), await watching(fake)]
    await one.settle()
    for (const { block } of [one, other])
      expect(block().join('\n')).toContain('deploy failed: no room [r]etry')
    expect(one.block().at(-1)).toMatch(/Ctrl-C detach$/)
    await one.press('s')
    expect(fake.asked).toEqual([['answer', 'deploy', 'skip']])
    expect(one.exitCode()).toBe(1)
    expect(other.exitCode()).toBe(1)
  })

  it('that was answered before is not asked again', async () => {
    const fake = asking()
    fake.start()
    await fake.clock.advanceAsync(10)
    fake.run.answer('deploy', 'skip')
    await fake.clock.advanceAsync(10)
    const it = await watching(fake)
    await it.settle()
    expect(it.all().join('\n')).not.toContain('[r]etry')
  })

  it('is open again where the answer could not be given', async () => {
    const fake = asking()
    fake.start()
    await fake.clock.advanceAsync(10)
    const broken = {
      ...fake,
      job: { ...fake.job, answer: async () => Promise.reject(new Error('no connection')) },
    }
    const it = await watching(broken as FakeJob)
    await it.settle()
    await it.press('s')
    expect(it.all().join('\n')).toContain('deploy could not be answered: no connection')
    expect(it.block().join('\n')).toContain('[r]etry')
  })
})

describe('a supervisor that ends while its job is watched', () => {
  it.each(['live', 'plain'] as const)('is told of, and the job goes on to be shown (%s)', async (look) => {
    const fake = slowJob()
    fake.start()
    const it = await watching(fake, { look })
    fake.connected$.next(false)
    await it.settle()
    expect(it.all().join('\n')).toContain('the supervisor is gone; starting it again…')
    fake.connected$.next(true)
    await it.settle(180_000)
    expect(it.all().join('\n')).toContain('the supervisor is back, and jobs go on')
    expect(it.all().at(-1)).toContain('release completed')
    expect(it.exitCode()).toBe(0)
  })

  it('is told of to people alone, where a program reads the facts', async () => {
    const fake = slowJob()
    fake.start()
    const it = await watching(fake, { look: 'json' })
    fake.connected$.next(false)
    await it.settle()
    expect(it.all().join('\n')).not.toContain('supervisor')
    expect(it.aside()).toEqual(['dagmar: the supervisor is gone; starting it again…'])
  })
})

describe('a job that has not started', () => {
  it('shows what it waits for, and then its tasks', async () => {
    const fake = slowJob()
    fake.wait({ notBefore: 1_063_000 })
    const it = await watching(fake)
    await it.settle(0)
    expect(it.block()).toEqual(['release starts in 1m03s · 261126-113754-a2f5', 'd detach'])
    await it.settle(3_000)
    expect(it.block()[0]).toContain('starts in 1m00s')
    fake.wait({ message: 'waits for 261126-113700-beef' })
    expect(it.block()[0]).toContain('release waits for 261126-113700-beef')
    fake.start()
    await it.settle()
    expect(it.block()[0]).toContain('0 of 3 completed · 1 running')
    expect(it.all().join('\n')).not.toContain('waits for 26')
  })

  it('is left alone by whoever detaches meanwhile', async () => {
    const fake = slowJob()
    const it = await watching(fake)
    await it.press('d')
    expect(it.all()).toEqual(['detached; the job goes on: dagmar attach 261126-113754-a2f5'])
    expect(it.exitCode()).toBe(0)
    expect(it.block()).toEqual([])
    expect(it.hears()).toBe(false)
  })

  it('that never will says why, and exits with 1', async () => {
    const fake = slowJob()
    const it = await watching(fake)
    fake.endUnstarted({ status: 'killed', reason: 'dependency-failed' })
    await it.settle()
    expect(it.all()).toEqual(['release was ended before it had started, killed: dependency-failed'])
    expect(it.exitCode()).toBe(1)
  })
})

describe('a job that could not go on after its supervisor died', () => {
  it('says why, and exits with 1', async () => {
    const fake = slowJob()
    fake.start()
    const it = await watching(fake)
    await it.settle()
    fake.endUnstarted({ status: 'failed', message: 'its plan is another one' })
    await it.settle()
    expect(it.all().at(-1)).toBe('release was ended, failed: its plan is another one')
    expect(it.exitCode()).toBe(1)
    expect(it.screen.isCursorShown).toBe(true)
  })
})

describe('a job that is settled', () => {
  it.each(['live', 'plain'] as const)('shows its summary at once (%s)', async (look) => {
    const fake = slowJob()
    fake.start()
    await fake.clock.advanceAsync(200_000)
    const it = await watching(fake, { look })
    await it.settle(0)
    expect(it.all().at(-1)).toBe('release completed after 3 min 0 s: 3 completed')
    expect(it.all().join('\n')).not.toContain('started')
    expect(it.exitCode()).toBe(0)
  })
})

describe('a job that is watched by a program', () => {
  it('gives all its facts from the first on, and the result last', async () => {
    const fake = slowJob()
    fake.start()
    await fake.clock.advanceAsync(70_000)
    const it = await watching(fake, { look: 'json' })
    await it.settle(200_000)
    const text = it.all()
    expect(it.exitCode()).toBe(0)
    expect(text[0]).toContain('"type":"run.created"')
    expect(text.at(-1)).toContain('"type":"result"')
  })

  it('gives lines from the first on, where no live view can be shown', async () => {
    const fake = slowJob()
    fake.start()
    await fake.clock.advanceAsync(70_000)
    const it = await watching(fake, { look: 'plain' })
    await it.settle(200_000)
    expect(it.all()[0]).toBe('00:00.0 release: 3 tasks, run 261126-113754-a2f5')
    expect(it.all()).toContain('01:00.0 build   completed in 1 min 0 s')
    expect(it.all().at(-1)).toContain('release completed')
  })
})
