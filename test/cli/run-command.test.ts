import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { dagmar, expectNothingLeft, folderWith, planWith } from './spawned-dagmar.ts'

const text = (...lines: string[]): string => `${lines.join('\n')}\n`
const release = {
  build: { run: 'echo built' },
  test: { run: 'echo "oh no" >&2; exit 3', needs: ['build'] },
  lint: { run: ['echo', 'two words'], priority: 'low' },
  deploy: { run: 'echo deployed', needs: ['test'] },
}

describe('dagmar run', () => {
  it('runs a plan and exits with 0 when it completed', async () => {
    const run = dagmar(['run', planWith({ build: release.build })])
    const { code, stdout, stderr } = await run.ended
    expect(stdout.replaceAll(/\d\d:\d\d\.\d|\d+ ms|(?<=run )\S+/g, '…')).toBe(
      text(
        '… tried: 1 task, run …',
        '… build  started',
        '… build | built',
        '… build  completed in …',
        'tried completed after …: 1 completed',
      ),
    )
    expect([code, stderr]).toEqual([0, ''])
    await expectNothingLeft()
  })

  it('exits with 1 when a task failed, and says why and what was skipped because of it', async () => {
    const { code, stdout } = await dagmar(['run', planWith(release), '--quiet']).ended
    expect(stdout.slice(stdout.indexOf('test failed'))).toMatch(
      /^test failed: .*3\.\n {2}\| oh no\n {2}skipped because of it: deploy\ntried failed after .*: 2 completed, 1 failed, 1 skipped\n$/,
    )
    expect(code).toBe(1)
  })

  it('prints facts as JSON lines with the result as the last one, and nothing else', async () => {
    const { code, stdout, stderr } = await dagmar(['run', planWith(release), '--json']).ended
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    expect(lines[0]).toMatchObject({ type: 'run.created', seq: 1, name: 'tried' })
    expect(lines.at(-2)).toMatchObject({ type: 'run.failed' })
    expect(lines.at(-1)).toMatchObject({
      type: 'result',
      status: 'failed',
      outputs: { build: 'built', lint: 'two words' },
      rootCauses: [{ taskId: 'test', failure: { code: 'COMMAND_FAILED', output: ['oh no'] } }],
    })
    expect([code, stderr]).toEqual([1, ''])
  })

  it('shows with --dry-run the order, the levels and the commands, and runs nothing', async () => {
    const { code, stdout } = await dagmar(['run', planWith(release, { concurrency: 1 }), '--dry-run']).ended
    expect(stdout).toBe(
      text(
        'tried: 4 tasks, 3 levels; nothing is run',
        '1  level 1  build   echo built',
        '2  level 2  test    echo "oh no" >&2; exit 3',
        '3  level 3  deploy  echo deployed',
        "4  level 1  lint    echo 'two words'",
      ),
    )
    expect(code).toBe(0)
  })

  it('prints all of a plan of 5,000 tasks, however slowly that is read', async () => {
    const tasks = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`t${index}`, { run: 'true' }]),
    )
    const { code, stdout } = await dagmar(['run', planWith(tasks), '--dry-run']).ended
    expect(stdout.split('\n')).toHaveLength(5_002)
    expect(code).toBe(0)
  })

  it('rehearses limits of time and rules as well', async () => {
    const plan = planWith({
      slow: { run: 'true', timeout: '1s', estimate: '1h' },
      cleanup: { run: 'true', needs: ['slow'], when: 'any-failed' },
    })
    const { stdout } = await dagmar(['run', plan, '-n']).ended
    expect(stdout.split('\n').slice(1)).toEqual([
      '1  level 1  slow  true',
      'would be skipped unless something fails: cleanup',
      '',
    ])
  })

  it('takes --only with what the tasks need, and --from with what depends on them', async () => {
    const plan = planWith(release)
    const order = async (...flags: string[]): Promise<string[]> => {
      const { stdout } = await dagmar(['run', plan, '--dry-run', ...flags]).ended
      return [...stdout.matchAll(/level \d {2}(\S+)/g)].map((match) => match[1]!)
    }
    expect(await order('--only', 'test', 'lint')).toEqual(['build', 'lint', 'test'])
    expect(await order('--from', 'test')).toEqual(['test', 'deploy'])
    expect(await order('--from', 'test', '--only', 'test')).toEqual(['test'])
  })

  it('goes on with --keep-going and kills the rest with --fail-fast, whatever the plan says', async () => {
    const tasks = { a: { run: 'exit 1', onFailure: 'abort' }, b: { run: 'sleep 0.3; echo through' } }
    const goesOn = await dagmar(['run', planWith(tasks), '--keep-going']).ended
    expect(goesOn.stdout).toContain('| through')
    const kills = { a: { run: 'exit 1' }, b: { run: 'sleep 60' } }
    const { code, stdout } = await dagmar(['run', planWith(kills), '--fail-fast']).ended
    expect(stdout).toContain('killing the rest')
    expect([goesOn.code, code]).toEqual([1, 1])
    await expectNothingLeft()
  })

  it('gives the input to commands: of the plan, of a file or stdin, and of single settings', async () => {
    const plan = planWith(
      { a: { run: 'echo "$DAGMAR_INPUT"' } },
      { input: { region: 'us', deep: { a: 1, b: 2 } } },
    )
    const folder = folderWith({ 'input.yaml': 'deep: { b: 3 }' })
    const settings = ['--set', 'region=eu', '--set', 'deep.c=[4]']
    const said = async (args: string[], stdin?: string): Promise<unknown> => {
      const options = stdin === undefined ? {} : { stdin }
      const { stdout } = await dagmar(['run', plan, '--json', ...args], options).ended
      const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as { outputs: { a: unknown } }
      return result.outputs.a
    }
    const whole = { region: 'eu', deep: { a: 1, b: 3, c: [4] } }
    expect(await said([])).toEqual({ region: 'us', deep: { a: 1, b: 2 } })
    expect(await said(['--input', join(folder, 'input.yaml'), ...settings])).toEqual(whole)
    expect(await said(['--input', '-', ...settings], '{"deep":{"b":3}}')).toEqual(whole)
  })

  it.each([[], ['--dry-run']])(
    'refuses an executor that it does not have, and names the nearest: %s',
    async (...flags) => {
      const plan = planWith({ a: { run: 'echo never', executor: 'proces' } })
      const { code, stderr } = await dagmar(['run', plan, ...flags]).ended
      expect(code).toBe(2)
      expect(stderr).toContain("asks for the executor 'proces'")
      expect(stderr).toContain("Did you mean 'process'?")
    },
  )

  it('keeps the output of every attempt with --log-dir, and says where', async () => {
    const logs = join(folderWith({}), 'logs')
    const { stdout } = await dagmar(['run', planWith({ a: release.build }), '--log-dir', logs]).ended
    const [run] = readdirSync(logs)
    expect(readdirSync(join(logs, run!))).toEqual(['a.1.log'])
    expect(stdout).toContain(`logs: ${join(logs, run!)}\n`)
  })

  it('answers skip for a task that asks where nobody is there, and says so', async () => {
    const plan = planWith({
      a: { run: 'exit 1', onFailure: 'ask' },
      b: { run: 'echo never', needs: ['a'] },
      c: { run: 'echo through' },
    })
    const { code, stdout } = await dagmar(['run', plan]).ended
    expect(stdout).toContain('a asks what to do, and nobody is there to answer: skip')
    expect(stdout).toContain('1 completed, 1 failed, 1 skipped')
    expect(code).toBe(1)
  })
})

describe('a plan from stdin', () => {
  it.each([
    [['run', '-'], '| there'],
    [['run', '-', '--dry-run'], 'level 1'],
    [['check', '-'], 'ok  stdin: 1 task'],
    [['graph', '-'], 'stdin: 1 task'],
    [['simulate', '-'], 'stdin'],
  ])('is taken by %j, and runs in the current folder', async (args, said) => {
    const folder = folderWith({ 'there.txt': 'there' })
    const stdin = 'tasks: { a: { run: cat there.txt } }'
    const { code, stdout } = await dagmar(args, { stdin, cwd: folder }).ended
    expect(stdout).toContain(said)
    expect(code).toBe(0)
  })

  it('is told of by line and column', async () => {
    const { code, stderr } = await dagmar(['check', '-'], { stdin: 'tasks:\n  a: { rum: x }' }).ended
    expect(stderr).toMatch(/^stdin:2:3: /)
    expect(code).toBe(2)
  })
})

describe('a command line that makes no sense', () => {
  it.each([
    [
      ['check', 'deploy.ts'],
      'deploy.ts is a program, not a plan in YAML or JSON: run it with node deploy.ts.',
    ],
    [['run', 'no-such.mjs'], 'no-such.mjs could not be loaded'],
    [['check', 'a.py'], 'a.py is a program'],
    [['simulate', 'a.sh'], 'a.sh is a program'],
    [['run', '-', '--input', '-'], 'cannot both come from stdin'],
    [['run', '/dev/null'], '/dev/null cannot be read: it is no regular file.'],
    [['run', '/dev/zero', '--dry-run'], 'it is no regular file.'],
    [['simulate', '/'], '/ is a folder, not a plan file.'],
    [['rnu'], 'Did you mean run?'],
    [['run'], "missing required argument 'plan'"],
    [['run', 'p', '--dryrun'], 'Did you mean --dry-run?'],
    [['run', 'p', 'q'], 'too many arguments'],
    [['run', 'p', '--concurrency', 'many'], "--concurrency is 'many'"],
    [['run', 'p', '--concurrency', '0'], 'an integer of 1 or more'],
    [['run', 'p', '--keep-going', '--fail-fast'], 'exclude each other'],
    [['run', 'p', '--dry-run', '--json'], 'exclude each other'],
    [['run', '/nowhere/plan.yaml'], 'There is no file /nowhere/plan.yaml'],
  ])('%j exits with 2 and says what is wrong, on stderr alone', async (args, said) => {
    const { code, stdout, stderr } = await dagmar(args).ended
    expect(stderr).toContain(said)
    expect([code, stdout]).toEqual([2, ''])
  })

  it('is told of a folder for logs that is none before anything runs', async () => {
    const plan = planWith({ a: { run: 'echo never' } })
    const { code, stdout, stderr } = await dagmar(['run', plan, '--log-dir', plan]).ended
    expect(stderr).toContain(`--log-dir is ${plan}, which is no folder.`)
    expect([code, stdout]).toEqual([2, ''])
  })

  it('is told of a plan by file, line and column, so that a terminal makes a link of it', async () => {
    const folder = folderWith({ 'plan.yaml': 'tasks:\n  a:\n    runn: echo\n' })
    const { code, stderr } = await dagmar(['run', 'plan.yaml'], { cwd: folder }).ended
    expect(stderr).toMatch(/^plan\.yaml:\d+:\d+: /)
    expect(code).toBe(2)
  })

  it('names the nearest task and exits with 2', async () => {
    const { code, stderr } = await dagmar(['run', planWith(release), '--only', 'biuld']).ended
    expect(stderr).toContain("Did you mean 'build'?")
    expect(code).toBe(2)
  })
})

describe('help', () => {
  it.each([
    [['--help'], ['Usage: dagmar', 'run', 'check', 'graph', 'init', 'completion', 'jobs', 'To begin with:']],
    [
      ['run', '--help'],
      ['--only', '--dry-run', 'Examples:', 'Exit codes:'],
    ],
    [['help', 'run'], ['--only']],
  ])('of %j has commands, options and examples', async (args, parts) => {
    const { code, stdout } = await dagmar(args).ended
    for (const part of parts) expect(stdout).toContain(part)
    expect(code).toBe(0)
  })

  it('has the version', async () => {
    expect((await dagmar(['--version']).ended).stdout).toBe(`${manifest.version}\n`)
  })
})
