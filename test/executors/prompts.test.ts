import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRuntime, processExecutor, type RunResult } from 'dagmar'
import { agents } from 'dagmar/agents'
import { parsePlan } from 'dagmar/plan-file'
import { folderWith } from '../cli/spawned-dagmar.ts'

interface AgentInPlan {
  readonly id: string
  readonly run: string | readonly string[]
  readonly stdin?: 'prompt'
}

/** Runs one prompt with one agent after the other, until one has done it. */
async function ask(prompt: string, list: readonly AgentInPlan[], input?: unknown): Promise<RunResult> {
  const [first, ...others] = list.map(({ id }) => id)
  const file = parsePlan(
    JSON.stringify({
      agents: list,
      tasks: {
        a: {
          prompt,
          agent: first,
          fallback: others,
          retry: { maxAttempts: list.length, backoff: { base: 0 } },
        },
      },
    }),
    { file: 'plan.json', cwd: folderWith({}) },
  )
  const team = agents({ list: file.agents.map(({ options }) => options) })
  await using runtime = createRuntime({ agents: team, executors: { process: processExecutor() } })
  return await runtime.dispatch(file.plan, { input }).result
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Every character that a shell knows, and what looks like a place for a value. */
const odd = `$HOME \`id\` $(id) "a" 'b' \\ ; & | < > * ? [x] {a,b} ~ # ! % ^ () = \t\n\r \${{ promptFile }} é 😀 `

const sum = `sha256sum | cut -d' ' -f1`

describe('a prompt', () => {
  it('comes with the model of its task, as one word and as a variable', async () => {
    const run = `printf '%s|' "$DAGMAR_AGENT" "$DAGMAR_MODEL" \${{ agent }} \${{ model }} \${{ prompt }}`
    const file = parsePlan(
      JSON.stringify({
        agents: [{ id: 'ada', run: run.replace(' ${{ agent }}', '') }],
        tasks: {
          a: { prompt: 'by ${{ agent }} with ${{ model }}', agent: 'ada', model: "o'small $(id)" },
          b: { run: run.replace(' ${{ prompt }}', ''), agent: 'ada', model: 'large' },
          c: { run: 'echo ${{ model }}', agent: 'ada' },
        },
      }),
      { file: 'plan.json', cwd: folderWith({}) },
    )
    const team = agents({ list: file.agents.map(({ options }) => options) })
    await using runtime = createRuntime({ agents: team, executors: { process: processExecutor() } })
    const { outputs, rootCauses } = await runtime.dispatch(file.plan).result
    expect(outputs).toEqual({
      a: "ada|o'small $(id)|o'small $(id)|by ada with o'small $(id)|",
      b: 'ada|large|ada|large|',
    })
    expect(rootCauses[0]?.failure).toMatchObject({
      code: 'TEMPLATE_UNRESOLVED',
      message: '${{ model }} stands for nothing: the task has no model.',
    })
  })

  it.each<[string, AgentInPlan]>([
    ['as a word for a shell', { id: 'ada', run: `printf %s \${{ prompt }} | ${sum}` }],
    ['as an argument', { id: 'ada', run: ['sh', '-c', `printf %s "$1" | ${sum}`, 'ada', '${{ prompt }}'] }],
    ['in a file', { id: 'ada', run: `cat \${{ promptFile }} | ${sum}` }],
    [
      'in a file, as an argument',
      { id: 'ada', run: ['sh', '-c', `cat "$1" | ${sum}`, 'ada', '${{ promptFile }}'] },
    ],
    ['on stdin', { id: 'ada', run: sum, stdin: 'prompt' }],
  ])('arrives %s as it is', async (_, agent) => {
    const { outputs } = await ask('${{ input }}', [agent], odd)
    expect(outputs['a']).toBe(digest(odd))
  })

  it.each<[string, AgentInPlan]>([
    ['in a file', { id: 'ada', run: `cat \${{ promptFile }} | ${sum}` }],
    ['on stdin', { id: 'ada', run: sum, stdin: 'prompt' }],
  ])('of 2 MB arrives %s as it is', async (_, agent) => {
    const long = odd.repeat(Math.ceil(2_000_000 / odd.length))
    const { outputs } = await ask('${{ input }}', [agent], long)
    expect(outputs['a']).toBe(digest(long))
  })

  it('of more than 64 KiB fails clearly where its agent takes it as a word', async () => {
    const { rootCauses } = await ask(
      '${{ input }}',
      [{ id: 'ada', run: 'true ${{ prompt }}' }],
      'x'.repeat(65_537),
    )
    expect(rootCauses[0]?.failure).toMatchObject({
      code: 'TEMPLATE_TOO_LARGE',
      message:
        'The prompt has 65537 bytes, and the command of ada takes at most 64 KiB as a word: it takes one that is so long by ${{ promptFile }} or stdin: prompt alone.',
    })
  })

  it('that grows past what a command can be given by its quotes fails as clearly', async () => {
    const { rootCauses } = await ask(
      '${{ input }}',
      [{ id: 'ada', run: 'true ${{ prompt }}' }],
      "'".repeat(60_000),
    )
    expect(rootCauses[0]?.failure).toMatchObject({ code: 'TEMPLATE_TOO_LARGE' })
  })

  it('is given to the next agent by the command of that one, where the first has failed', async () => {
    const { outputs } = await ask('say hi', [
      { id: 'ada', run: 'echo ${{ prompt }}; exit 1' },
      { id: 'bob', run: 'echo "$DAGMAR_AGENT: $(cat)"', stdin: 'prompt' },
    ])
    expect(outputs['a']).toBe('bob: say hi')
  })

  it('may be left unread by an agent that ends before', async () => {
    const { outputs } = await ask(
      '${{ input }}',
      [{ id: 'ada', run: 'echo done', stdin: 'prompt' }],
      odd.repeat(9_000),
    )
    expect(outputs['a']).toBe('done')
  })
})

describe('the file of a prompt', () => {
  it('is gone after the attempt, and only its user could read it', async () => {
    const { outputs } = await ask('x', [
      {
        id: 'ada',
        run: ['sh', '-c', 'printf "%s %s" "$(stat -c %a "$1")" "$1"', 'ada', '${{ promptFile }}'],
      },
    ])
    const [mode, path] = String(outputs['a']).split(' ')
    expect(mode).toBe('600')
    expect(existsSync(path!)).toBe(false)
  })
})
