import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dagmar, folderWith, planWith } from './spawned-dagmar.ts'

/** A plan, and a user's configuration with these agents. */
function withAgents(agents: readonly object[], tasks: object, more: object = {}) {
  const config = join(folderWith({ 'config.yaml': JSON.stringify({ agents }) }), 'config.yaml')
  const plan = planWith(tasks as Parameters<typeof planWith>[0], more)
  return { plan, env: { DAGMAR_CONFIG: config } }
}

const ada = { id: 'ada', capabilities: ['write'], run: 'echo "ada does "${{ prompt }}' }

describe('dagmar run with agents of the configuration', () => {
  it('gives them what a plan asks for, and says at the end who did it', async () => {
    const { plan, env } = withAgents([ada], {
      draft: { prompt: 'a poem', requires: ['write'] },
      check: { run: 'echo "$DAGMAR_AGENT: $DAGMAR_INPUTS"', needs: ['draft'], agent: 'ada' },
    })
    const { code, stdout, stderr } = await dagmar(['run', plan], { env }).ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('draft  started with ada\n')
    expect(stdout).toContain('draft | ada does a poem\n')
    expect(stdout).toContain('check | ada: {"draft":"ada does a poem"}\n')
    expect(stdout).toContain('agents:\n  ada did draft, check\n')
  })

  it('says at the end which of them have failed, the last one too', async () => {
    const team = ['ada', 'bob'].map((id) => ({ id, capabilities: ['write'], run: 'exit 3; ${{ prompt }}' }))
    const retry = { maxAttempts: 2, backoff: { base: 0 } }
    const { plan, env } = withAgents(team, { draft: { prompt: 'it', requires: ['write'], retry } })
    const { stdout } = await dagmar(['run', plan], { env }).ended
    expect(stdout).toContain('draft  started with bob, attempt 2\n')
    expect(stdout).toContain('agents:\n  ada failed draft\n  bob failed draft\n')
  })

  it('has them give way to agents of the plan with the same id', async () => {
    const own = { agents: [{ ...ada, run: 'echo "my own does "${{ prompt }}' }] }
    const { plan, env } = withAgents([ada], { draft: { prompt: 'it', agent: 'ada' } }, own)
    expect((await dagmar(['run', plan], { env }).ended).stdout).toContain('draft | my own does it\n')
  })

  it('shows with --dry-run what they will be asked', async () => {
    const { plan, env } = withAgents([ada], { draft: { prompt: 'a poem', agent: 'ada' } })
    const { code, stdout } = await dagmar(['run', plan, '--dry-run'], { env }).ended
    expect([code, stdout]).toEqual([
      0,
      'tried: 1 task, 1 level; nothing is run\n1  level 1  draft  prompt: a poem\n',
    ])
  })

  it('are known to dagmar simulate, too', async () => {
    const { plan, env } = withAgents([ada], { draft: { prompt: 'a poem', agent: 'ada', estimate: '5m' } })
    const { code, stdout } = await dagmar(['simulate', plan], { env }).ended
    expect([code, stdout]).toEqual([0, expect.stringContaining('draft')])
  })

  it('refuses a plan that asks for others, with the nearest name', async () => {
    const { plan, env } = withAgents([ada], { draft: { prompt: 'x', requires: ['wrote'] } })
    const { code, stderr } = await dagmar(['run', plan], { env }).ended
    expect(code).toBe(2)
    expect(stderr).toContain(
      "tasks.draft.requires[0] is 'wrote', which no agent can do. Did you mean 'write'?",
    )
  })

  it('names the place in the configuration where that is wrong, and only to plans that ask for agents', async () => {
    const { plan, env } = withAgents([{ ...ada, maxLoad: -1 }], { draft: { prompt: 'x', agent: 'ada' } })
    const { code, stderr } = await dagmar(['check', plan], { env }).ended
    expect(code).toBe(2)
    expect(stderr).toMatch(/config\.yaml:1:\d+: agents\[0\]\.maxLoad is -1/)
    const other = planWith({ a: { run: 'true' } })
    expect((await dagmar(['check', other], { env }).ended).code).toBe(0)
  })

  it('says why nobody could do a task that was given up', async () => {
    const agents = [{ ...ada, allowance: { models: ['large'] } }]
    const { plan, env } = withAgents(agents, {
      draft: { prompt: 'x', requires: ['write'], model: 'small' },
    })
    const run = dagmar(['run', plan], { env })
    await run.says('ada may not use the model')
    run.child.kill('SIGINT')
    expect((await run.ended).code).toBe(130)
  })
})

describe('dagmar run with agents that leave sessions', () => {
  const talks = {
    ...ada,
    run: "echo '::dagmar session s1'; echo begins with ${{ prompt }}",
    resume: 'echo goes on in ${{ session }} with ${{ prompt }}',
    speaks: true,
  }
  const tasks = {
    draft: { prompt: 'a poem', agent: 'ada' },
    mend: { prompt: 'it', agent: 'ada', needs: ['draft'] },
  }

  it('goes on with them, and closes them at the end, in the folder of the configuration', async () => {
    const { plan, env } = withAgents([{ ...talks, close: 'echo ${{ session }} >> closed' }], tasks)
    const { code, stdout, stderr } = await dagmar(['run', plan], { env }).ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('| goes on in s1 with it\n')
    expect(readFileSync(join(dirname(env.DAGMAR_CONFIG), 'closed'), 'utf8')).toBe('s1\n')
  })

  it('warns where they cannot be closed, which changes nothing for the run', async () => {
    const { plan, env } = withAgents([{ ...talks, keep: true, close: 'exit 3' }], tasks)
    const { code, stdout, stderr } = await dagmar(['run', plan], { env }).ended
    expect(code).toBe(0)
    expect(stdout + stderr).toContain('The session s1 of ada could not be closed: it exited with code 3')
  })
})
