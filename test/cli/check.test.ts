import { describe, expect, it } from 'vitest'
import { addCheckCommand } from '../../src/cli/check.ts'
import { called } from './called.ts'
import { folderOf } from './folder.ts'
import { dagmar } from './spawned-dagmar.ts'

const at = folderOf({
  'good.yaml':
    'tasks:\n  a: { run: x }\n  t: { run: x, needs: [a], matrix: { n: [1, 2, 3] } }\n  z: { run: x, needs: [t] }\n',
  'bad.yaml': 'tasks:\n  a: { rum: x }\n  b: { run: x, needs: [c] }\n',
  'none.yaml': 'tasks: {}',
  'dollars.yaml':
    'defaults: { cwd: ~/x }\ntasks:\n  a: { run: "echo $A", env: { PATH: "/x:$PATH", B: "${B}", C: 5$, D: "${{ matrix.n }}$" }, matrix: { n: [1, 2] } }\n',
})
const check = (...args: string[]) => called(addCheckCommand, ['check', ...args])

describe('a check of a sound plan', () => {
  it('says ok and how large it is', async () => {
    expect(await check(at('good.yaml'))).toEqual({
      out: `ok  ${at('good.yaml')}: 5 tasks, 6 dependencies, longest chain 3, at most 3 side by side\n`,
      err: '',
      refusal: undefined,
      exitCode: 0,
    })
    expect((await check(at('none.yaml'))).out).toContain('0 tasks, 0 dependencies, longest chain 0')
  })

  it('says so to programs', async () => {
    const { out, exitCode } = await check(at('good.yaml'), '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(out)).toEqual({
      ok: true,
      file: at('good.yaml'),
      name: 'good',
      tasks: 5,
      dependencies: 6,
      longestChain: 3,
      widestLevel: 3,
    })
  })

  it('warns of what looks as if a shell would expand it, where none does', async () => {
    const { out, exitCode } = await check(at('dollars.yaml'))
    const stays = 'which stays as it is: nothing is expanded there.'
    const place = `${at('dollars.yaml')}:`
    expect(out.trimEnd().split('\n').slice(1)).toEqual([
      `${place}1:18: warning: defaults.cwd has ~/, ${stays} Name it in full, or from the plan file's folder.`,
      `${place}3:37: warning: tasks.a.env.PATH has $PATH, ${stays} Set it in the command, as in PATH="/x:$PATH" npm test.`,
      `${place}3:52: warning: tasks.a.env.B has \${B}, ${stays} Set it in the command, as in B="\${B}" npm test.`,
    ])
    expect(exitCode).toBe(0)
    const json = JSON.parse((await check(at('dollars.yaml'), '--json')).out) as { warnings: unknown[] }
    expect(json.warnings).toHaveLength(3)
    expect(json.warnings[1]).toMatchObject({ line: 3, column: 37 })
  })

  it('prints the ids when asked to, that of a matrix before those it stands for', async () => {
    expect((await check(at('good.yaml'), '--ids')).out).toBe('a\nt\nt(1)\nt(2)\nt(3)\nz\n')
  })
})

describe('a check of a bad plan', () => {
  it('tells every problem and exits with 2', async () => {
    const { out, refusal, exitCode } = await check(at('bad.yaml'))
    expect(out).toBe('')
    expect(refusal!.split('\n')).toEqual([
      `${at('bad.yaml')}:2:3: tasks.a.run is missing: every task has a command to run.`,
      `${at('bad.yaml')}:2:8: tasks.a.rum is an unknown field. Did you mean 'run'?`,
      `${at('bad.yaml')}:3:24: tasks.b.needs[0] is 'c', and there is no such task. Did you mean 'a'?`,
    ])
    expect(exitCode).toBe(2)
  })

  it('tells them to programs', async () => {
    const { out, exitCode } = await check(at('bad.yaml'), '--json')
    expect(exitCode).toBe(2)
    const answer = JSON.parse(out) as { problems: unknown[] }
    expect(answer).toMatchObject({ ok: false, code: 'PLAN_INVALID', file: at('bad.yaml') })
    expect(answer.problems).toHaveLength(3)
    expect(answer.problems[1]).toEqual({
      file: at('bad.yaml'),
      line: 2,
      column: 8,
      message: "tasks.a.rum is an unknown field. Did you mean 'run'?",
    })
  })

  it('tells of a file that is not there', async () => {
    expect(await check(at('goof.yaml'))).toMatchObject({
      exitCode: 2,
      refusal: `There is no file ${at('goof.yaml')}. Did you mean 'good.yaml'?`,
    })
    expect(JSON.parse((await check(at('goof.yaml'), '--json')).out)).toMatchObject({
      ok: false,
      code: 'PLAN_UNREADABLE',
      problems: [],
    })
  })
})

it('the help of check has a sentence, the options and examples', async () => {
  const { out, exitCode } = await check('--help')
  expect(exitCode).toBe(0)
  expect(out).toMatch(/Reads a plan and says what is wrong[\s\S]*--json[\s\S]*--ids[\s\S]*Examples:/)
})

describe('the process of a check', () => {
  it('ends with 2 and speaks on stderr when the plan is bad, or the command line is', async () => {
    const bad = await dagmar(['check', at('bad.yaml')]).ended
    expect(bad).toMatchObject({ code: 2, stdout: '' })
    expect(bad.stderr.split('\n')[0]).toBe(
      `${at('bad.yaml')}:2:3: tasks.a.run is missing: every task has a command to run.`,
    )
    expect(await dagmar(['check', at('bad.yaml'), '--json']).ended).toMatchObject({ code: 2, stderr: '' })
    expect(await dagmar(['check']).ended).toMatchObject({ code: 2, stdout: '' })
    expect(await dagmar(['check', at('')]).ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a folder, not a plan file.') as string,
    })
  })

  it('ends with 0 and speaks on stdout when the plan is sound', async () => {
    expect(await dagmar(['check', at('good.yaml')]).ended).toMatchObject({ code: 0, stderr: '' })
  })
})
