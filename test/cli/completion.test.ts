import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { addCheckCommand } from '../../src/cli/check.ts'
import { addCompletionCommand } from '../../src/cli/completion.ts'
import { addGraphCommand } from '../../src/cli/graph.ts'
import { addInitCommand } from '../../src/cli/init.ts'
import { addRunCommand } from '../../src/cli/run.ts'
import { addTestCommand } from '../../src/cli/test.ts'
import { called } from './called.ts'
import { folderOf } from './folder.ts'

const at = folderOf({ 'plan.yaml': '', 'other plan.json': '', 'notes.txt': '' })
mkdirSync(at('sub'))

const completion = (...args: string[]) =>
  called(
    (program) => {
      addRunCommand(program)
      addCheckCommand(program)
      addTestCommand(program)
      addGraphCommand(program)
      addInitCommand(program)
      addCompletionCommand(program)
    },
    ['completion', ...args],
  )

const { out: bash } = await completion('bash')

/** What bash offers for the last of the words. `dagmar check --ids plan.yaml` has the ids of a plan. */
function offered(...words: string[]): readonly string[] {
  const script = `
dagmar() { if [[ "$*" == 'check --ids plan.yaml' ]]; then printf '%s\\n' build test 'test(20, linux)' "it's"; fi; }
${bash}
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
_dagmar
printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['--norc', '-c', script, 'bash', 'dagmar', ...words], {
    cwd: at(),
    encoding: 'utf8',
  })
  return out.split('\n').filter((line) => line !== '')
}

describe('bash', () => {
  it('is offered the commands, and what begins like one', () => {
    expect(offered('')).toEqual([
      '--help',
      '--version',
      'run',
      'check',
      'test',
      'graph',
      'init',
      'completion',
      'help',
    ])
    expect(offered('c')).toEqual(['check', 'completion'])
    expect(offered('help', 'g')).toEqual(['graph'])
  })

  it('is offered the options of a command', () => {
    expect(offered('check', '-')).toEqual(['--json', '--ids', '--help'])
    expect(offered('run', 'plan.yaml', '--o')).toEqual(['--only'])
  })

  it('is offered plan files and folders where a plan belongs', () => {
    expect(offered('run', '').toSorted()).toEqual(['other plan.json', 'plan.yaml', 'sub'])
    expect(offered('graph', 'pl')).toEqual(['plan.yaml'])
    expect(offered('graph', '--format', 'dot', 'pl')).toEqual(['plan.yaml'])
  })

  it('is offered the values of an option that has some, in both ways to write it', () => {
    expect(offered('graph', '--format', '')).toEqual(['text', 'mermaid', 'dot'])
    expect(offered('test', 'plan.yaml', '--faults', 'run')).toEqual(['run-killed', 'run-drained'])
    expect(offered('graph', '--format', '=')).toEqual(['text', 'mermaid', 'dot'])
    expect(offered('graph', '--format', '=', 'm')).toEqual(['mermaid'])
    expect(offered('run', '--concurrency', '')).toEqual([])
    expect(offered('run', '--log-dir', '')).toEqual(['sub'])
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish'])
  })

  it('is offered the tasks of the plan after --only and --from, quoted where they must be', () => {
    const quoted = ['build', 'test', String.raw`test\(20\,\ linux\)`, String.raw`it\'s`]
    expect(offered('run', 'plan.yaml', '--only', '')).toEqual(quoted)
    expect(offered('run', 'plan.yaml', '--from', 'te')).toEqual(quoted.slice(1, 3))
    expect(offered('run', 'plan.yaml', '--only', 'build', String.raw`test\(`)).toEqual(quoted.slice(2, 3))
    expect(offered('run', 'plan.yaml', '--only', "'test(")).toEqual(['test(20, linux)'])
    expect(offered('test', 'plan.yaml', '--only', 'te')).toEqual(quoted.slice(1, 3))
    expect(offered('run', '--only', '')).toEqual([])
  })
})

describe('each shell', () => {
  it.each(['bash', 'zsh', 'fish'] as const)(
    '%s is given a script without a mistake in its syntax',
    async (shell) => {
      const { out, exitCode } = await completion(shell)
      expect(exitCode).toBe(0)
      for (const word of ['keep-going', 'graph', 'mermaid', 'check --ids']) expect(out).toContain(word)
      writeFileSync(at(`script.${shell}`), out)
      const { error, status, stderr } = spawnSync(shell, ['-n', at(`script.${shell}`)], { encoding: 'utf8' })
      // Not every machine has every shell.
      if (error === undefined) expect([status, stderr]).toEqual([0, ''])
    },
  )

  it('that nobody knows is refused', async () => {
    expect(await completion('tcsh')).toMatchObject({ exitCode: 2, out: '' })
  })
})

it('the help of completion has a sentence and examples', async () => {
  expect((await completion('--help')).out).toMatch(/Prints a script[\s\S]*Examples:/)
})
