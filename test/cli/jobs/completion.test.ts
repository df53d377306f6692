import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../../src/cli/program.ts'
import { completionScript } from '../../../src/cli/completion/completion-script.ts'

const bash = completionScript(createProgram('0'), 'bash')

/** What bash offers for the last of the words. The supervisor has two jobs, of which the first has two tasks. */
function offered(...words: string[]): readonly string[] {
  const script = `
dagmar() {
  case "$*" in
    'jobs --ids') printf '%s\\n' 261126-113754-a2f5 261126-113700-beef ;;
    'jobs a2f5 --ids') printf '%s\\n' build 'test (20)' ;;
    *) echo "no words for $*" >&2; return 2 ;;
  esac
}
${bash}
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
_dagmar
printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['--norc', '-c', script, 'bash', 'dagmar', ...words], { encoding: 'utf8' })
  return out.split('\n').filter((line) => line !== '')
}

const jobs = ['261126-113754-a2f5', '261126-113700-beef']
const tasks = ['build', String.raw`test\ \(20\)`]

describe('bash', () => {
  it.each([
    'jobs',
    'attach',
    'logs',
    'why',
    'story',
    'wait',
    'kill',
    'pause',
    'redrive',
    'rm',
    'answer',
    'dead-letters',
  ])('is offered the jobs after %s, the latest first', (name) => {
    expect(offered(name, '')).toEqual(jobs)
    expect(offered(name, '261126-1137')).toEqual(jobs)
    expect(offered(name, '261126-11370')).toEqual(jobs.slice(1))
  })

  it.each(['logs', 'why', 'story', 'answer'])('is offered the tasks of the job after %s', (name) => {
    expect(offered(name, 'a2f5', '')).toEqual(tasks)
    expect(offered(name, 'a2f5', 'b')).toEqual(['build'])
    expect(offered(name, 'nobody', '')).toEqual([])
  })

  it('is offered more jobs, and tasks of the first, where either may follow', () => {
    expect(offered('kill', 'a2f5', '')).toEqual([...jobs, ...tasks])
    expect(offered('redrive', 'a2f5', 't')).toEqual(tasks.slice(1))
    expect(offered('pause', 'a2f5', '')).toEqual(jobs)
    expect(offered('kill', 'a2f5', '--task', '')).toEqual(tasks)
  })

  it('takes no value of an option for a job', () => {
    expect(offered('logs', '--tail', '5', '')).toEqual(jobs)
    expect(offered('logs', '--tail', '=', '5', 'a2f5', '')).toEqual(tasks)
    expect(offered('logs', '-f', 'a2f5', '')).toEqual(tasks)
  })

  it('is offered statuses, and jobs after --after', () => {
    expect(offered('kill', '--status', 'st')).toEqual(['starting', 'stalled'])
    expect(offered('jobs', '--status', 'op')).toEqual(['open'])
    expect(offered('dispatch', '--after', '')).toEqual(jobs)
    expect(offered('supervisor', '')).toEqual(['status', 'stop'])
    expect(offered('answer', 'a2f5', 'build', '')).toEqual([])
  })
})

it.each(['zsh', 'fish'] as const)('%s asks the supervisor, too', (shell) => {
  const script = completionScript(createProgram('0'), shell)
  expect(script).toContain('dagmar jobs --ids')
  expect(script).toMatch(/dagmar jobs \$(?:job|words\[1\]) --ids/)
})
