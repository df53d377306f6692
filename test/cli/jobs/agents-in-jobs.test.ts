import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dagmar, expectNothingLeft, folderWith, planWith } from '../spawned-dagmar.ts'

/** Each call is a process. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 })

const ada = {
  id: 'ada',
  capabilities: ['write'],
  maxLoad: 1,
  allowance: { dailyTokens: 1000, modelTokens: { small: 100 } },
  speaks: true,
  run: `cat > told; echo '::dagmar usage {"model":"small","inputTokens":30,"outputTokens":12}'; echo done`,
  stdin: 'prompt',
}
const failing = ['eve', 'fay'].map((id) => ({ id, capabilities: ['draw'], run: 'exit 3; ${{ prompt }}' }))
let env: Readonly<Record<string, string>>

beforeEach(() => {
  const folder = folderWith({ 'config.yaml': JSON.stringify({ agents: [ada, ...failing] }) })
  env = { DAGMAR_HOME: join(folder, 'home'), DAGMAR_CONFIG: join(folder, 'config.yaml') }
})

afterEach(async () => {
  await dagmar(['supervisor', 'stop', '--now'], { env }).ended
  await expectNothingLeft()
})

describe('a job with prompts', () => {
  it('is done by the agents of the configuration', async () => {
    const plan = planWith({ draft: { prompt: 'a poem', requires: ['write'] } })
    const { code, stdout, stderr } = await dagmar(['dispatch', plan], { env }).ended
    expect([code, stderr]).toEqual([0, expect.stringContaining('✓ dispatched')])
    expect((await dagmar(['wait', stdout.trim()], { env }).ended).code).toBe(0)
    expect(readFileSync(join(dirname(plan), 'told'), 'utf8')).toBe('a poem')

    const agents = (await dagmar(['agents'], { env }).ended).stdout.split('\n')
    expect(agents[0]).toMatch(/^agent +status +load +today +left +last sign +does$/)
    expect(agents[1]).toMatch(
      /^ada +available +0 of 1 +42 tokens in 1 attempt +958 tokens, 58 tokens of small +.+ ago$/,
    )
    const usage = async (...words: string[]) => (await dagmar(['usage', ...words], { env }).ended).stdout
    expect(JSON.parse(await usage('--json'))).toContainEqual({
      key: 'ada',
      tokens: 42,
      costUsd: 0,
      attempts: 1,
    })
    expect(await usage('--by', 'job')).toContain(stdout.trim())
    expect(await usage('--by', 'model')).toMatch(/small +0 +42/)
    // What was used outlives the supervisor.
    await dagmar(['supervisor', 'stop'], { env }).ended
    expect(await usage('--by', 'day')).toMatch(/^\d{4}-\d\d-\d\d +1 +42$/m)
    // The first command of the next one waits until it is known.
    await dagmar(['supervisor', 'stop'], { env }).ended
    expect((await dagmar(['agents'], { env }).ended).stdout).toMatch(/^ada .* 42 tokens in 1 attempt +958 /m)
    const bad = await dagmar(['usage', '--by', 'agnet'], { env }).ended
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining("Did you mean 'agent'?")])
  })

  it('says which agents have failed it, as a dead letter, in its story and after a redrive', async () => {
    const plan = planWith({
      sketch: { prompt: 'a boat', requires: ['draw'], retry: { maxAttempts: 2, backoff: { base: 0 } } },
    })
    const say = async (...words: string[]) => (await dagmar(words, { env }).ended).stdout
    const id = (await say('dispatch', plan)).trim()
    await say('wait', id)
    const [letter] = JSON.parse(await say('dead-letters', '--json')) as [object]
    expect(letter).toMatchObject({ jobId: id, agents: { agentId: 'fay', failedWith: ['eve'] } })
    expect(await say('dead-letters')).toContain('sketch  attempt 2 by eve, then fay  The command exited')
    expect(await say('story', id, 'sketch')).toMatch(/started with eve\n.*\n.*started with fay, attempt 2\n/)
    await say('redrive', id)
    await say('wait', id)
    expect(await say('jobs', id)).toMatch(/sketch +failed +attempt 4 +by eve, then fay/)
  })

  it('goes on with the session of the job before it, where its agent is kept, and the supervisor stays as long', async () => {
    const kept = {
      id: 'kit',
      run: 'echo begins ${{ session }}; : ${{ prompt }}',
      resume: 'echo goes on in ${{ session }}; : ${{ prompt }}',
      close: 'echo ${{ session }} > closed',
      keep: true,
      idle: '1h',
    }
    const config = (agents: readonly object[]): void =>
      writeFileSync(env['DAGMAR_CONFIG']!, JSON.stringify({ agents }))
    config([kept, ada])
    env = { ...env, DAGMAR_SUPERVISOR_IDLE_MS: '200' }
    const say = async (...words: string[]) => (await dagmar(words, { env }).ended).stdout
    const plan = planWith({ talk: { prompt: 'x', agent: 'kit' } })
    const outputs = []
    for (let job = 0; job < 2; job++) {
      const id = (await say('dispatch', plan)).trim()
      await say('wait', id)
      outputs.push((await say('logs', id)).trim())
      expect(await say('agents')).toMatch(/kit .* [\da-f-]{36} \(idle \d/)
    }
    const session = /begins ([\da-f-]{36})/.exec(outputs[0]!)?.[1]
    expect(outputs[1]).toContain(`goes on in ${session!}`)
    // It would have left by now.
    const { pid } = JSON.parse(await say('supervisor', 'status', '--json')) as { pid: number }
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(JSON.parse(await say('supervisor', 'status', '--json'))).toMatchObject({ pid })
    await say('supervisor', 'stop')
    config([{ ...kept, idle: '1s' }, ada])
    await say('agents')
    const closed = join(dirname(env['DAGMAR_CONFIG']!), 'closed')
    await vi.waitFor(() => expect(readFileSync(closed, 'utf8')).toBe(`${session!}\n`), 10_000)
    // Those that are no longer in the configuration have gone.
    await say('supervisor', 'stop')
    config([ada])
    expect(await say('agents')).not.toContain('kit')
  })

  it('is refused where it asks for agents of its own, which no other job knows', async () => {
    const bob = { id: 'bob', capabilities: ['write'], run: 'bob ${{ prompt }}' }
    // Jobs of others would have her with other limits, and another command.
    const otherAda = { ...ada, maxLoad: 5, run: 'cat' }
    for (const [agents, named] of [
      [[bob], 'bob'],
      [[otherAda], 'ada'],
      [[bob, otherAda], 'bob, ada'],
    ] as const) {
      const plan = planWith({ draft: { prompt: 'a poem', requires: ['write'] } }, { agents })
      const { code, stderr } = await dagmar(['dispatch', plan], { env }).ended
      expect(code).toBe(2)
      expect(stderr).toContain(
        `has agents of its own (${named}), and jobs are done by those of your configuration`,
      )
    }
  })
})
