import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dagmar, expectNothingLeft, folderWith, planWith } from './spawned-dagmar.ts'

const writing = { run: 'cat > told.json' }
const quick = { quick: { run: 'true' } }
const toldTo = (folder: string): unknown => JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8'))

describe('dagmar run with notify', () => {
  it('tells of a run that ends at once, in the folder of the plan', async () => {
    const plan = planWith(quick, { notify: [writing] })
    const { code, stderr } = await dagmar(['run', plan]).ended
    expect([code, stderr]).toEqual([0, ''])
    expect(toldTo(dirname(plan))).toMatchObject({ event: 'completed', name: 'tried', status: 'completed' })
  })

  it('warns of what does not arrive, with the exit code of the run and nothing of it in the facts', async () => {
    const notify = [{ url: 'http://127.0.0.1:1/top-secret' }, { url: '$NOBODY_SET_THIS' }, { run: 'exit 9' }]
    const { code, stdout, stderr } = await dagmar(['run', planWith(quick, { notify }), '--json']).ended
    expect(code).toBe(0)
    expect(stderr.trimEnd().split('\n').toSorted()).toEqual([
      expect.stringMatching(
        /^dagmar: warning: notify\[0\] of .*\(http:\/\/127\.0\.0\.1:1\) could not notify: ECONN/,
      ),
      expect.stringMatching(
        /^dagmar: warning: notify\[1\] of .* tells nobody: \$NOBODY_SET_THIS is not set$/,
      ),
      expect.stringMatching(/^dagmar: warning: notify\[2\] of .* could not notify: it exited with code 9$/),
    ])
    expect(stdout + stderr).not.toContain('secret')
    expect(stdout).not.toContain('notify')
  })

  it('rings the bell of a terminal, and of nothing else', async () => {
    const plan = planWith(quick, { notify: [{ bell: true, on: ['completed'] }] })
    const under = (line: string) => ['script', '-qfc', line, '/dev/null'] as const
    expect((await dagmar(['run', plan], { under }).ended).stdout.split('\u0007')).toHaveLength(2)
    expect((await dagmar(['run', plan]).ended).stdout).not.toContain('\u0007')
  })

  it('leaves nothing of a command that hangs when it is left at once', async () => {
    const plan = planWith({ quick: { run: 'true' } }, { notify: [{ run: 'echo begun > begun; sleep 1000' }] })
    const run = dagmar(['run', plan])
    await run.says('completed after')
    run.child.kill('SIGINT')
    expect((await run.ended).code).toBe(0)
    await expectNothingLeft()
  })
})

describe("the user's configuration", () => {
  const configured = (text: string): string => join(folderWith({ 'config.yaml': text }), 'config.yaml')

  it('tells of every run, in its own folder', async () => {
    const DAGMAR_CONFIG = configured('notify: [{ run: cat > told.json }]')
    const { code } = await dagmar(['run', planWith(quick)], { env: { DAGMAR_CONFIG } }).ended
    expect(code).toBe(0)
    expect(toldTo(dirname(DAGMAR_CONFIG))).toMatchObject({ event: 'completed' })
  })

  it('is checked as a plan is, before anything runs', async () => {
    const DAGMAR_CONFIG = configured('notfy: []\nnotify:\n  - { run: cat, on: [fail] }\n')
    const { code, stdout, stderr } = await dagmar(['run', planWith(quick)], { env: { DAGMAR_CONFIG } }).ended
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`${DAGMAR_CONFIG}:1:1: notfy is an unknown field. Did you mean 'notify'?`)
    expect(stderr).toContain(`${DAGMAR_CONFIG}:3:22: notify[0].on[0] is 'fail', but it must be one of`)
  })

  it.each([
    ['', 0, ''],
    ['# nothing yet\n', 0, ''],
    [
      '[]',
      2,
      'The configuration is an empty list, but it must be an object with fields such as notify, agents, jobs.',
    ],
    ['a: [', 2, ':1:'],
  ])('that says %j', async (text, code, why) => {
    const DAGMAR_CONFIG = configured(text)
    const ended = await dagmar(['run', planWith(quick)], { env: { DAGMAR_CONFIG } }).ended
    expect(ended.code).toBe(code)
    expect(ended.stderr).toContain(why)
  })

  it('is never looked for in the working directory', async () => {
    const cwd = folderWith({ 'config.yaml': 'notify: [{ run: touch told.json }]' })
    const relative = await dagmar(['run', planWith(quick)], { cwd, env: { DAGMAR_CONFIG: './config.yaml' } })
      .ended
    expect([relative.code, relative.stderr]).toEqual([
      2,
      expect.stringContaining('must be a path from the root'),
    ])
    const env = { XDG_CONFIG_HOME: '.', HOME: cwd }
    expect((await dagmar(['run', planWith(quick)], { cwd, env }).ended).code).toBe(0)
    expect(() => toldTo(cwd)).toThrow('ENOENT')
  })

  it('that was named and is not there is an error', async () => {
    const env = { DAGMAR_CONFIG: join(folderWith({}), 'config.yaml') }
    const { code, stdout, stderr } = await dagmar(['run', planWith(quick)], { env }).ended
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`DAGMAR_CONFIG names ${env.DAGMAR_CONFIG}, and there is no such file.`)
  })

  it('under XDG_CONFIG_HOME is found', async () => {
    const folder = folderWith({})
    const home = join(folder, 'dagmar')
    mkdirSync(home)
    writeFileSync(join(home, 'config.yaml'), 'notify: [{ run: cat > told.json }]')
    expect((await dagmar(['run', planWith(quick)], { env: { XDG_CONFIG_HOME: folder } }).ended).code).toBe(0)
    expect(toldTo(home)).toMatchObject({ event: 'completed' })
  })
})
