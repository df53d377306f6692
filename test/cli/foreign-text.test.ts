import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dagmar, folderWith } from './spawned-dagmar.ts'

/** Turns the direction of writing, and makes what follows red. */
const turn = '\u202E'
const red = '\u001b[31m'
const eightBitRed = '\u009b31m'
/** What must never reach a terminal. */
// oxlint-disable-next-line no-control-regex
const harmful = /[\0-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

const hostile = {
  name: `night${turn}ly`,
  pools: { [`gpu${turn}`]: 1 },
  tasks: {
    [`a${turn}b`]: { run: `echo "${turn}${red}${eightBitRed}"; exit 1`, uses: { [`gpu${turn}`]: 1 } },
    [`c\u2066d`]: { run: ['echo', turn], needs: [`a${turn}b`], matrix: { x: [`1${turn}`, 'two'] } },
    [`e\u200ff`]: { run: 'true', onFailure: 'ignore' },
  },
}
const cycle = { a: { run: 'x', needs: [`b${turn}`] }, [`b${turn}`]: { run: 'x', needs: ['a'] } }
const folder = () =>
  folderWith({
    'plan.json': JSON.stringify(hostile),
    'unknown.yaml': `tasks:\n  "a${turn}": { rum: x }\n  b: { run: x, needs: ["c${turn}"] }\n`,
    'directive.yaml': `%YAML 9.${turn}${red}9\n---\ntasks: {}\n`,
    'tag.yaml': `%TAG ! ${turn}${red}x\n---\ntasks: { a: !${turn}b x }\n`,
    'escaped.yaml': `tasks: { "\\e[31ma": { run: x }, b: { run: x, needs: ["\\e[31mc"] } }\n`,
    'cycle.json': JSON.stringify({ tasks: cycle }),
    [`name${turn}${red}.yaml`]: 'tasks: { a: { run: x } }',
    [`bad${turn}${red}.yaml`]: 'tasks: { a: { rum: x } }',
  })

describe('what plans, files and arguments are called', () => {
  it.each([
    ['run', 'plan.json'],
    ['run', 'plan.json', '--verbose'],
    ['run', 'plan.json', '--quiet'],
    ['run', 'plan.json', '--json'],
    ['run', 'plan.json', '--dry-run'],
    ['run', 'plan.json', '--only', `a${turn}${red}`],
    ['run', 'plan.json', '--set', `${turn}${red}`],
    ['run', 'plan.json', '--input', `${turn}${red}.json`],
    ['check', 'plan.json', '--json'],
    ['graph', 'plan.json'],
    ['graph', 'plan.json', '--format', 'mermaid'],
    ['graph', 'plan.json', '--format', 'dot'],
    ['simulate', 'plan.json'],
    ['simulate', 'plan.json', '--json'],
    ['simulate', 'plan.json', '--sweep', '1..2'],
    ['test', 'plan.json', '--runs', '5'],
    ['test', 'plan.json', '--runs', '5', '--json'],
    ['check', 'unknown.yaml'],
    ['check', 'directive.yaml'],
    ['check', 'tag.yaml'],
    ['check', 'escaped.yaml'],
    ['check', 'cycle.json'],
    ['check', `name${turn}${red}.yaml`],
    ['check', `bad${turn}${red}.yaml`],
    ['check', `bad${turn}${red}.yaml`, '--json'],
    ['check', `none${turn}${red}.yaml`],
    ['init', `new${turn}${red}.yaml`],
    [`rnu${turn}${red}`],
    ['run', `--dry${turn}${red}`],
    ['graph', 'plan.json', '--format', `dot${turn}${red}`],
    ['graph', 'plan.json', '--width', `9${turn}${red}`],
    ['completion', `bash${turn}${red}`],
  ])('is harmless where dagmar %j %j shows it', async (...args) => {
    const { stdout, stderr } = await dagmar(args, { cwd: folder() }).ended
    const shown = stdout + stderr
    expect(shown.length).toBeGreaterThan(10)
    expect(harmful.exec(shown)).toBe(null)
  })

  it('is the same for programs: JSON spells out what others would act on', async () => {
    const { stdout } = await dagmar(['run', 'plan.json', '--json'], { cwd: folder() }).ended
    const facts = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { name?: string; text?: string; taskId?: string })
    expect(facts[0]!.name).toBe(hostile.name)
    expect(facts.find(({ text }) => text !== undefined)).toMatchObject({
      taskId: `a${turn}b`,
      text: `${turn}${red}${eightBitRed}`,
    })
  })
})

describe.runIf(existsSync('/usr/bin/env'))('the name of a variable', () => {
  it.each(['-i', '-', '', '=', 'a=b', 'a\0b'])('%j is refused by a check', async (name) => {
    const tasks = { a: { run: 'x', env: { [name]: '1' } } }
    const at = folderWith({ 'plan.json': JSON.stringify({ tasks }) })
    const { code, stderr } = await dagmar(['check', join(at, 'plan.json')]).ended
    expect(stderr).toContain('is no name for an environment variable.')
    expect(code).toBe(2)
  })
})
