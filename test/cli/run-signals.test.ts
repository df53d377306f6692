import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { dagmar, expectNothingLeft, folderWith, left, planWith } from './spawned-dagmar.ts'

/** Says that it is there, and ends when it likes. */
const stubborn = "trap '' TERM; echo there; while true; do sleep 0.1; done"
const patient = 'echo there; for i in 1 2 3 4; do sleep 0.1; done; echo through'

/** SIGINTs within half a second are one. */
const apart = (): Promise<void> => setTimeout(510)

describe('a run that gets a first SIGINT', () => {
  it('lets running tasks finish, starts no more, says so, and exits with 130', async () => {
    const plan = planWith({ one: { run: patient }, two: { run: 'echo never', needs: ['one'] } })
    const run = dagmar(['run', plan])
    await run.says('| there')
    run.child.kill('SIGINT')
    const { code, stdout } = await run.ended
    expect(stdout).toContain('finishing 1 running task; Ctrl-C again kills')
    expect(stdout).toContain('| through')
    expect(stdout).toContain('tried was killed')
    expect(stdout).toContain('1 completed, 1 skipped (drained)')
    expect(code).toBe(130)
    await expectNothingLeft()
  })
})

describe('a run that gets SIGINT twice at a time', () => {
  it('takes it as one, as under npm, which hands on what the terminal has sent to everybody', async () => {
    const run = dagmar(['run', planWith({ one: { run: patient } })])
    await run.says('| there')
    run.child.kill('SIGINT')
    await run.says('Ctrl-C again kills')
    run.child.kill('SIGINT')
    const { code, stdout } = await run.ended
    expect(stdout).toContain('| through')
    expect(stdout).not.toContain('killing')
    expect(code).toBe(130)
  })
})

describe('a run that gets a second SIGINT', () => {
  it('kills what runs, by force after the grace, and exits with 130', async () => {
    const run = dagmar(['run', planWith({ one: { run: stubborn, killGrace: '200ms' } })])
    await run.says('| there')
    run.child.kill('SIGINT')
    await run.says('Ctrl-C again kills')
    await apart()
    run.child.kill('SIGINT')
    await run.says('killing 1 running task')
    const { code, stdout } = await run.ended
    expect(stdout).toContain('tried was killed')
    expect(code).toBe(130)
    await expectNothingLeft()
  })
})

describe('a run that gets a third SIGINT', () => {
  it('kills every group at once, whatever the grace, and leaves with 130', async () => {
    const tasks = { one: { run: stubborn, killGrace: '10m' }, two: { run: stubborn, killGrace: '10m' } }
    const run = dagmar(['run', planWith(tasks)])
    await run.says('| there', 2)
    for (const said of ['Ctrl-C again kills', 'Ctrl-C again leaves']) {
      run.child.kill('SIGINT')
      await run.says(said)
      await apart()
    }
    run.child.kill('SIGINT')
    const { code } = await run.ended
    expect(code).toBe(130)
    await expectNothingLeft()
  })
})

describe.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('a run that gets %s', (signal, exitCode) => {
  it(`kills what runs and exits with ${exitCode}`, async () => {
    const run = dagmar(['run', planWith({ one: { run: `${patient}; sleep 60` }, two: { run: 'sleep 60' } })])
    await run.says('| there')
    run.child.kill(signal)
    const { code, stdout } = await run.ended
    expect(stdout).toContain(`(${signal})`)
    expect(stdout).not.toContain('through')
    expect(code).toBe(exitCode)
    await expectNothingLeft()
  })
})

describe('a run with a teardown', () => {
  const tasks = (down: string) => ({
    work: { run: 'echo there; sleep 60' },
    down: { run: down, needs: ['work'], teardown: true },
    never: { run: 'echo never', needs: ['down'] },
  })

  it('runs it after the first and second SIGINT, and leaves with it at the third', async () => {
    const run = dagmar(['run', planWith(tasks('echo tidy; exec sleep 60'))])
    await run.says('| there')
    run.child.kill('SIGINT')
    await run.says('finishing 1 running task, then 1 teardown; Ctrl-C again kills')
    await apart()
    run.child.kill('SIGINT')
    await run.says('killing 1 running task, then 1 teardown; Ctrl-C again leaves at once')
    await run.says('| tidy')
    await apart()
    run.child.kill('SIGINT')
    const { code, stdout } = await run.ended
    expect([code, stdout.includes('never')]).toEqual([130, false])
    await expectNothingLeft()
  })

  it('runs it after SIGTERM to its end', async () => {
    const run = dagmar(['run', planWith(tasks('echo tidy'))])
    await run.says('| there')
    run.child.kill('SIGTERM')
    const { code, stdout } = await run.ended
    expect(stdout).toContain('| tidy')
    expect(stdout).toContain('1 completed, 1 killed, 1 skipped')
    expect(code).toBe(143)
    await expectNothingLeft()
  })

  it('ends it at a second SIGTERM, and says so', async () => {
    const run = dagmar(['run', planWith(tasks('echo tidy; exec sleep 60'))])
    await run.says('| there')
    run.child.kill('SIGTERM')
    await run.says('| tidy')
    await apart()
    run.child.kill('SIGTERM')
    await run.says('ending 1 teardown, too (SIGTERM)')
    const { code } = await run.ended
    expect(code).toBe(143)
    await expectNothingLeft()
  })
})

describe('a run whose reader goes away', () => {
  it('kills what runs, without a word, and exits as for SIGHUP', async () => {
    const run = dagmar(['run', planWith({ one: { run: 'while true; do echo there; sleep 0.05; done' } })])
    await run.says('| there')
    run.child.stdout!.destroy()
    const { code, stderr } = await run.ended
    expect([code, stderr]).toEqual([129, ''])
    await expectNothingLeft()
  })
})

describe('a run whose reader is slow', () => {
  const much =
    'seq -f "test case %g passed in some milliseconds or so" 1 40000; echo "the reason" >&2; exit 1'

  it.each([[[]], [['--json']]])('gives it every line of output in the end: %j', async (flags) => {
    const run = dagmar(['run', planWith({ one: { run: `echo there; ${much}` } }), ...flags])
    await run.says('there')
    run.child.stdout!.pause()
    await apart()
    run.child.stdout!.resume()
    const { code, stdout } = await run.ended
    const cases = stdout.match(/test case \d+ (?=passed in some milliseconds or so)/g) ?? []
    // Once more for each line of its failure, which has the last of its output.
    expect(new Set(cases).size).toBe(40_000)
    expect(stdout.match(/ are not shown|stream\.lagged/)).toBe(null)
    expect(code).toBe(1)
  })
})

describe('a run whose reader does not read', () => {
  async function unread() {
    const folder = folderWith({})
    const much = `echo there; yes 0123456789 | head -c 90000000; touch ${folder}/written; sleep 60`
    const run = dagmar(['run', planWith({ one: { run: much } })])
    await run.says('| there')
    run.child.stdout!.pause()
    await apart()
    run.child.kill('SIGTERM')
    await expectOnlyDagmarLeft()
    // So much is written in a moment where it is read.
    expect(existsSync(`${folder}/written`)).toBe(false)
    return run
  }

  it('can be ended all the same, and gives what was read of the commands when somebody reads again', async () => {
    const run = await unread()
    run.child.stdout!.resume()
    const { code, stdout } = await run.ended
    expect(stdout).toContain('killing 1 running task (SIGTERM)')
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^tried was killed/)
    expect(code).toBe(143)
    await expectNothingLeft()
  })

  it('leaves at the next signal, once it is over', async () => {
    const run = await unread()
    const exited = new Promise((resolve) => run.child.on('exit', resolve))
    await vi.waitFor(() => {
      run.child.kill('SIGTERM')
      expect(run.child.exitCode).toBe(143)
    })
    await exited
    run.child.stdout!.resume()
    await expectNothingLeft()
  })
})

const canFail = existsSync('/dev/full')

describe.runIf(canFail)('output that cannot be written', () => {
  const toFull = (line: string) => ['/bin/sh', '-c', `${line} > /dev/full`] as const

  it('kills what runs, with one sentence and exit code 1', async () => {
    const plan = planWith({ one: { run: 'echo there; sleep 60' }, two: { run: 'sleep 60' } })
    const { code, stderr } = await dagmar(['run', plan], { under: toFull }).ended
    expect(stderr).toBe('dagmar: stdout cannot be written: ENOSPC: no space left on device, write.\n')
    expect(code).toBe(1)
    await expectNothingLeft()
  })

  it.each([
    ['run', '--json'],
    ['run', '--dry-run'],
    ['run', '--quiet'],
    ['check'],
    ['check', '--ids'],
    ['graph'],
    ['graph', '--format', 'dot'],
    ['simulate'],
    ['test', '--runs', '1'],
  ])('is said of dagmar %s %s', async (...words) => {
    const plan = planWith({ one: { run: 'echo there' } })
    const { code, stderr } = await dagmar([words[0]!, plan, ...words.slice(1)], { under: toFull }).ended
    expect(stderr.match(/stdout cannot be written/g)).toHaveLength(1)
    expect(code).toBe(1)
  })

  it('is not said where nothing was to be written', async () => {
    const { code, stderr } = await dagmar(['check', 'nowhere.yaml'], { under: toFull }).ended
    expect([code, stderr]).toEqual([2, 'dagmar: There is no file nowhere.yaml.\n'])
  })

  it.each([['--help'], ['--version'], ['completion', 'bash'], ['help', 'run']])(
    'is said of dagmar %s',
    async (...words) => {
      const { code, stderr } = await dagmar(words, { under: toFull }).ended
      expect(stderr.match(/stdout cannot be written/g)).toHaveLength(1)
      expect(code).toBe(1)
    },
  )
})

async function expectOnlyDagmarLeft(): Promise<void> {
  await vi.waitFor(() => expect(left().filter(({ command }) => !isDagmar(command))).toEqual([]), {
    timeout: 10_000,
    interval: 20,
  })
}

function isDagmar(command: string): boolean {
  return command.startsWith(process.execPath) && command.includes('cli.js run')
}

const hasScript = existsSync('/usr/bin/script') && process.platform === 'linux'

describe.runIf(hasScript)('a run on a terminal', () => {
  const onTerminal = (line: string) => ['script', '-qfec', line, '/dev/null'] as const

  it('is shown live, and gives the cursor back at the end', async () => {
    const run = dagmar(['run', planWith({ one: { run: patient } })], {
      under: onTerminal,
      env: { NO_COLOR: '1' },
    })
    await run.says('● one')
    const { code, stdout } = await run.ended
    expect(stdout.indexOf('\u001b[?25l')).toBeLessThan(stdout.lastIndexOf('\u001b[?25h'))
    expect(stdout.lastIndexOf('\u001b[?25l')).toBeLessThan(stdout.lastIndexOf('\u001b[?25h'))
    expect(stdout).toContain('tried completed')
    expect(code).toBe(0)
  })

  it('can be ended while the terminal takes nothing, as after Ctrl-S', async () => {
    const plan = planWith({ one: { run: 'echo there; while true; do echo again and again; done' } })
    const run = dagmar(['run', plan, '--verbose'], { under: (line) => onTerminal(`exec ${line}`) })
    await run.says('there')
    const { pid } = left().find(({ command }) => isDagmar(command))!
    run.child.stdout!.pause()
    await apart()
    process.kill(pid, 'SIGTERM')
    await vi.waitFor(
      () => expect(left().some(({ command }) => command.includes('again and again'))).toBe(false),
      {
        timeout: 10_000,
        interval: 20,
      },
    )
    run.child.stdout!.resume()
    const { code, stdout } = await run.ended
    expect(stdout).toContain('killing 1 running task (SIGTERM)')
    expect(code).toBe(143)
    await expectNothingLeft()
  })

  it('gives the cursor back when it leaves at a third SIGINT', async () => {
    const run = dagmar(['run', planWith({ one: { run: stubborn, killGrace: '10m' } })], {
      under: (line) => onTerminal(`exec ${line}`),
    })
    await run.says('there')
    const { pid } = left().find(({ command }) => isDagmar(command))!
    for (const said of ['Ctrl-C again kills', 'Ctrl-C again leaves']) {
      process.kill(pid, 'SIGINT')
      await run.says(said)
      await apart()
    }
    process.kill(pid, 'SIGINT')
    const { code, stdout } = await run.ended
    expect(stdout.lastIndexOf('\u001b[?25l')).toBeLessThan(stdout.lastIndexOf('\u001b[?25h'))
    expect(code).toBe(130)
    await expectNothingLeft()
  })

  it('leaves nothing behind when the terminal is closed', async () => {
    const tasks = { one: { run: patient.replace('0.1', '30') }, two: { run: stubborn, killGrace: '100ms' } }
    const run = dagmar(['run', planWith(tasks)], { under: onTerminal, env: { NO_COLOR: '1' } })
    await run.says('● two')
    run.child.kill('SIGKILL')
    await expectNothingLeft()
  })
})
