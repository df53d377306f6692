import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRuntime, processExecutor, type RunResult } from 'dagmar'
import { type AgentFact, agents } from 'dagmar/agents'
import { parsePlan } from 'dagmar/plan-file'
import { describe, expect, it } from 'vitest'
import { closeByCommand } from '../../src/cli/run/close-session.ts'
import { folderWith } from '../cli/spawned-dagmar.ts'

/** Runs one task after the other, each with this prompt, with the agent ada. */
async function talk(ada: object, prompts: readonly string[], more: object = {}) {
  const tasks = prompts.map((prompt, index) => [
    `t${index}`,
    { prompt, agent: 'ada', needs: index === 0 ? [] : [`t${index - 1}`], ...more },
  ])
  const plan = { agents: [{ id: 'ada', ...ada }], tasks: Object.fromEntries(tasks) as object }
  const file = parsePlan(JSON.stringify(plan), { file: 'plan.json', cwd: folderWith({}) })
  const team = agents({ list: file.agents.map(({ options }) => options) })
  const facts: AgentFact[] = []
  team.events$.subscribe((fact) => void facts.push(fact))
  await using runtime = createRuntime({ agents: team, executors: { process: processExecutor() } })
  const warned: string[] = []
  const run = runtime.dispatch(file.plan)
  run.events$.subscribe((fact) => {
    if (fact.type === 'task.warned') warned.push(fact.message)
  })
  const result: RunResult = await run.result
  return { outputs: result.outputs, warned, sessions: facts.filter((fact) => 'sessionId' in fact) }
}

describe('a command that leaves a session', () => {
  it('is followed by the one that goes on with it', async () => {
    const { outputs, sessions } = await talk(
      {
        run: "echo '::dagmar session conversation 7'; echo begins with ${{ prompt }}",
        resume: 'echo goes on in ${{ session }} with ${{ prompt }}, "$DAGMAR_SESSION"',
        speaks: true,
      },
      ['one', 'two', "it's"],
    )
    expect(outputs).toEqual({
      t0: 'begins with one',
      t1: 'goes on in conversation 7 with two, conversation 7',
      t2: "goes on in conversation 7 with it's, conversation 7",
    })
    expect(sessions.map(({ type }) => type)).toEqual([
      'session.opened',
      'session.freed',
      'session.taken',
      'session.freed',
      'session.taken',
      'session.freed',
      'session.closed',
    ])
  })

  it('may be given the id of the session that it begins', async () => {
    const { outputs } = await talk(
      {
        run: ['echo', 'new', '${{ session }}', '${{ prompt }}'],
        resume: ['echo', '${{ session }}', '${{ prompt }}'],
      },
      ['one', 'two'],
    )
    const [, id] = String(outputs['t0']).split(' ')
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f-]{21}$/)
    expect(outputs).toEqual({ t0: `new ${id!} one`, t1: `${id!} two` })
  })

  it('has one command for both where it has no other', async () => {
    const { outputs } = await talk(
      { run: 'echo ${{ session }} "${DAGMAR_SESSION:-none}"', stdin: 'prompt' },
      ['one', 'two'],
    )
    const [id, before] = String(outputs['t0']).split(' ')
    expect(before).toBe('none')
    expect(outputs['t1']).toBe(`${id!} ${id!}`)
  })

  it('begins anew after an attempt that has failed', async () => {
    const { outputs, sessions } = await talk(
      {
        run: 'test "$DAGMAR_ATTEMPT" != "${DAGMAR_RUN_ID}/t0/1" && echo ${{ session }} ${{ prompt }}',
        resume: 'echo went on ${{ prompt }}',
      },
      ['one'],
      { retry: { maxAttempts: 2, backoff: { base: 0 } } },
    )
    expect(outputs['t0']).toMatch(/^[\da-f-]{36} one$/)
    const ids = sessions.flatMap((fact) => (fact.type === 'session.opened' ? [fact.sessionId] : []))
    expect(new Set(ids).size).toBe(2)
    expect(sessions.flatMap((fact) => (fact.type === 'session.closed' ? [fact.why] : []))).toEqual([
      'failed',
      'run-ended',
    ])
  })

  it('is warned where that is not its own word, or where it is no session', async () => {
    const { warned, sessions } = await talk({ run: "echo '::dagmar session s1'; : ${{ prompt }}" }, ['one'])
    expect(sessions).toEqual([])
    expect(warned).toEqual([expect.stringContaining('speaks: true')])
    const bad = await talk({ run: "echo '::dagmar session --yolo'; : ${{ prompt }}", speaks: true }, ['one'])
    expect(bad.sessions).toEqual([])
    expect(bad.warned).toEqual([expect.stringContaining('does not begin with -')])
  })

  it('is warned where no agent has it', async () => {
    const { plan } = parsePlan('tasks: { a: { run: "echo ::dagmar session s1", speaks: true } }', {
      file: 'plan.yaml',
      cwd: folderWith({}),
    })
    const warned: string[] = []
    await using runtime = createRuntime()
    const run = runtime.dispatch(plan)
    run.events$.subscribe((fact) => {
      if (fact.type === 'task.warned') warned.push(fact.message)
    })
    await run.result
    expect(warned).toEqual([expect.stringContaining('no agent has the attempt')])
  })
})

describe('the command that closes a session', () => {
  const session = (signal: AbortSignal = new AbortController().signal) =>
    ({ id: "it's", agentId: 'ada', why: 'idle', signal }) as const

  it('runs in the folder of its file, with the session as a word and in its environment', async () => {
    const cwd = folderWith({})
    const run = 'printf "%s|" ${{ session }} "$DAGMAR_SESSION" "$DAGMAR_AGENT" > closed'
    await closeByCommand({ run, cwd }, session(), process.env)
    expect(readFileSync(join(cwd, 'closed'), 'utf8')).toBe("it's|it's|ada|")
    await closeByCommand(
      { run: ['sh', '-c', 'printf %s "$1" > closed', 'x', '${{ session }}'], cwd },
      session(),
      {
        PATH: process.env['PATH'],
      },
    )
    expect(readFileSync(join(cwd, 'closed'), 'utf8')).toBe("it's")
  })

  it('says what is wrong', async () => {
    const cwd = folderWith({})
    await expect(closeByCommand({ run: 'exit 3', cwd }, session(), process.env)).rejects.toThrow('code 3')
    await expect(closeByCommand({ run: ['no-such-thing'], cwd }, session(), process.env)).rejects.toThrow(
      'ENOENT',
    )
  })

  it('is ended with all that it has started once it takes too long', async () => {
    const cwd = folderWith({})
    const controller = new AbortController()
    const closed = closeByCommand(
      { run: 'sleep 600 & sleep 600', cwd },
      session(controller.signal),
      process.env,
    )
    controller.abort()
    await expect(closed).rejects.toThrow('SIGKILL')
  })
})
