import { describe, expect, it } from 'vitest'
import { builtDagmar } from './built-dagmar.ts'
import { dagmar, planWith } from './spawned-dagmar.ts'

const tell = `'${process.execPath}' '${builtDagmar()}' tell`

describe('dagmar tell', () => {
  it('speaks for the command that it is called in, however deep', async () => {
    const plan = planWith({
      a: {
        run: `(sh -c "${tell} progress 40 'half of it'") >/dev/null && ${tell} warn --odd && ${tell} output '{"a":[1]}' >/dev/null; echo noise`,
      },
    })
    const { code, stdout } = await dagmar(['run', plan, '--json']).ended
    expect(code).toBe(0)
    const facts = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(facts).toContainEqual(
      expect.objectContaining({ type: 'task.progress', percent: 40, message: 'half of it' }),
    )
    expect(facts).toContainEqual(expect.objectContaining({ type: 'task.warned', message: '--odd' }))
    expect(facts).toContainEqual(expect.objectContaining({ type: 'task.completed', output: { a: [1] } }))
  })

  it('asks with a default answer, which it prints where nobody is there', async () => {
    const plan = planWith({
      a: { run: `${tell} ask --answer-within 1h --default-answer blue "Which colour?"` },
    })
    const { code, stdout } = await dagmar(['run', plan]).ended
    expect(stdout).toContain('a asks, and nobody is there to answer: blue')
    expect(stdout).toContain('a | blue')
    expect(code).toBe(0)
  })

  it('leaves a session for the next attempt of its agent, and nothing where there is no agent', async () => {
    const agents = [
      {
        id: 'ada',
        stdin: 'prompt',
        run: `${tell} session 'conversation 7' && echo "before: \${DAGMAR_SESSION:-none}"`,
        resume: 'echo goes on in ${{ session }}',
      },
    ]
    const tasks = {
      a: { prompt: 'x', agent: 'ada' },
      b: { prompt: 'x', agent: 'ada', needs: ['a'] },
      c: { run: `echo "outer: \${DAGMAR_SESSION:-none}"; ${tell} session s1` },
    }
    const env = { DAGMAR_SESSION: 'of somebody else' }
    const { code, stdout } = await dagmar(['run', planWith(tasks, { agents })], { env }).ended
    expect(stdout).toContain('a | before: none\n')
    expect(stdout).toContain('b | goes on in conversation 7\n')
    expect(stdout).toContain('c | outer: none\n')
    expect(stdout).toContain('no agent has the attempt')
    expect(code).toBe(1)
  })

  it('exits with 2 outside of a command, and with 1 where it is not understood or nobody hears', async () => {
    const outside = await dagmar(['tell', 'heartbeat'], { env: { DAGMAR_TELL: undefined } }).ended
    expect(outside).toMatchObject({ code: 2, stderr: expect.stringContaining('DAGMAR_TELL is not set') })
    const over = await dagmar(['tell', 'heartbeat'], { env: { DAGMAR_TELL: '/nowhere/tell' } }).ended
    expect(over).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody hears it') })
    const wrong = await dagmar(['tell', 'shout']).ended
    expect(wrong.code).toBe(2)
  })
})
