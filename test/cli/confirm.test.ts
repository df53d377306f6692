import { describe, expect, it } from 'vitest'
import { dagmar, planWith } from './spawned-dagmar.ts'

const plan = {
  build: { run: 'echo built' },
  deploy: { run: 'echo deployed', needs: ['build'], confirm: 'Deploy to production?' },
  publish: { run: 'echo published', needs: ['build'], confirm: 'Publish it?' },
}

const statusesIn = (stdout: string): unknown => {
  const { outcomes } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as {
    readonly outcomes: Readonly<Record<string, { readonly status: string }>>
  }
  return Object.fromEntries(Object.entries(outcomes).map(([id, { status }]) => [id, status]))
}

describe('a plan with tasks that ask before they start, where nobody is there', () => {
  it('is refused before anything starts, with the names of the tasks and how to answer ahead', async () => {
    const { code, stdout, stderr } = await dagmar(['run', planWith(plan)]).ended
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('Nobody is there to answer whether deploy and publish may start.')
    expect(stderr).toContain('--yes says yes to all that asks so, --answer deploy=yes (or no) to one.')
  })

  it('is refused with what was given ahead and is no answer', async () => {
    const { code, stderr } = await dagmar(['run', planWith(plan), '--answer', 'deploy=maybe']).ended
    expect(code).toBe(2)
    expect(stderr).toContain('--answer deploy=maybe is neither yes nor no')
  })

  it('is refused for the tasks that are left open, and only for those that are to run', async () => {
    const { code, stderr } = await dagmar(['run', planWith(plan), '--answer', 'deploy=no']).ended
    expect([code, stderr.includes('answer whether publish may start')]).toEqual([2, true])
    const misspelled = await dagmar(['run', planWith(plan), '--yes', '--answer', 'deploy=nno']).ended
    expect([misspelled.code, misspelled.stderr.includes('answer whether deploy may start')]).toEqual([
      2,
      true,
    ])
    expect((await dagmar(['run', planWith(plan), '--only', 'build']).ended).code).toBe(0)
  })

  it('runs with --yes and --answer, of which the one for a task counts', async () => {
    const { code, stdout } = await dagmar([
      'run',
      planWith(plan),
      '--yes',
      '--answer',
      'publish=no',
      '--json',
    ]).ended
    expect(code).toBe(0)
    expect(statusesIn(stdout)).toEqual({ build: 'completed', deploy: 'completed', publish: 'skipped' })
  })

  it('runs with its default answers, which are given at once', async () => {
    const answers = {
      deploy: { ...plan.deploy, defaultAnswer: 'yes', answerWithin: '1h' },
      publish: { ...plan.publish, defaultAnswer: 'no' },
    }
    const { code, stdout } = await dagmar(['run', planWith({ ...plan, ...answers })]).ended
    expect(code).toBe(0)
    expect(stdout).toContain('deploy asks, and nobody is there to answer: yes')
    expect(stdout).toContain('publish asks, and nobody is there to answer: no')
  })
})

describe('--yes', () => {
  it('answers nothing but whether tasks may start', async () => {
    const failing = { run: 'exit 1', onFailure: 'ask', confirm: 'Try it?' }
    const { code, stdout } = await dagmar(['run', planWith({ failing }), '--yes']).ended
    expect(code).toBe(1)
    expect(stdout).toContain('failing is answered ahead: yes')
    expect(stdout).toContain('failing asks what to do, and nobody is there to answer: skip')
  })
})
