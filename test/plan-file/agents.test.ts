import { describe, expect, it } from 'vitest'
import { parsePlan } from 'dagmar/plan-file'
import { planOf, problemsOf, workById } from './read-plans.ts'

const team = `
agents:
  - { id: ada, capabilities: [write, review], run: 'ada -p \${{ prompt }}' }
  - { id: bob, capabilities: [write], maxLoad: 0, run: [bob, '\${{ promptFile }}'], allowance: { dailyJobs: 5 } }
  - { id: cyd, stdin: prompt, run: cyd, speaks: true, models: [small] }
  - { id: dee, capabilities: [type] }
`

const withTasks = (tasks: string, more = ''): string => `${team.trim()}\n${more}tasks:\n${tasks}`

/** The problems, without their places. */
const sentencesOf = (text: string): readonly string[] =>
  problemsOf(text).map((line) => line.replace(/^\d+:\d+: /, ''))

describe('the agents of a plan', () => {
  it('are read with what a runtime takes, and may be silent for any time', () => {
    const { agents } = planOf(withTasks('  a: { run: x }'))
    expect(agents.map(({ options }) => options)).toEqual([
      { id: 'ada', capabilities: ['write', 'review'], maxLoad: 1, ttl: Infinity, allowance: {} },
      { id: 'bob', capabilities: ['write'], maxLoad: 0, ttl: Infinity, allowance: { dailyJobs: 5 } },
      { id: 'cyd', capabilities: [], maxLoad: 1, ttl: Infinity, allowance: { models: ['small'] } },
      { id: 'dee', capabilities: ['type'], maxLoad: 1, ttl: Infinity, allowance: {} },
    ])
  })

  it('stand beside those of whoever runs the plan, and instead of one of the same id', () => {
    const others = planOf(`agents: [{ id: ada, run: 'other \${{ prompt }}' }, { id: eve }]\ntasks: {}`).agents
    const { agents } = parsePlan(withTasks('  a: { run: x }'), { agents: others })
    expect(agents.map(({ options }) => options.id)).toEqual(['ada', 'bob', 'cyd', 'dee', 'eve'])
    expect(agents[0]?.command?.run).toContain('ada -p')
  })

  it.each([
    ["- { id: ada, run: 'x' }", 'agents[0].run has no place for the prompt of a task.'],
    ["- { id: ada, run: 'x ${{ model }}' }", 'agents[0].run has no place for the prompt of a task.'],
    [
      '- { id: ada, run: \'x "${{ model }}" ${{ prompt }}\' }',
      'agents[0].run has ${{ model }} inside quotes: it stands for one quoted word.',
    ],
    [
      '- { id: ada, run: \'x "${{ prompt }}"\' }',
      'agents[0].run has ${{ prompt }} inside quotes: it stands for one quoted word.',
    ],
    [
      "- { id: ada, run: 'sh -c ${{ prompt }}' }",
      'agents[0].run has ${{ prompt }} where another shell reads it as code: it stands for one quoted word.',
    ],
    [
      "- { id: ada, run: 'x ${{ promtFile }}' }",
      "agents[0].run has ${{ promtFile }}, but only prompt, promptFile, model and session are known there. Did you mean 'promptFile'?",
    ],
    [
      "- { id: ada, run: ['${{ prompt }}'] }",
      'agents[0].run[0] names the program, which nothing that is filled in must choose.',
    ],
    [
      "- { id: ada, run: 'x ${{ prompt }}', resume: 'x --resume ${{ session }}' }",
      'agents[0].resume has no place for the prompt of a task.',
    ],
    [
      "- { id: ada, run: 'x ${{ prompt }}', resume: [x, '${{ sesion }}', '${{ prompt }}'] }",
      "agents[0].resume[1] has ${{ sesion }}, but only prompt, promptFile, model and session are known there. Did you mean 'session'?",
    ],
    [
      "- { id: ada, close: 'x ${{ prompt }}' }",
      'agents[0].close has ${{ prompt }}, but only session is known there.',
    ],
    [
      '- { id: ada, close: \'x "${{ session }}"\' }',
      'agents[0].close has ${{ session }} inside quotes: it stands for one quoted word.',
    ],
    [
      "- { id: ada, close: ['${{ session }}'] }",
      'agents[0].close[0] names the program, which nothing that is filled in must choose.',
    ],
    ['- { id: ada, resume: x }', 'agents[0].resume is set, but the agent has no command.'],
    ['- { id: ada, shell: sh }', 'agents[0].shell is set, but the agent has no command.'],
    ['- { id: ada, close: [x], shell: sh }', 'agents[0].shell is set, but a list runs without a shell.'],
    ['- { id: ada, keep: maybe }', "agents[0].keep is 'maybe', but it must be true or false."],
    ['- { id: ada, keep: true, idle: 0s }', 'agents[0].idle'],
    [
      '- { id: ada, idle: 5m }',
      'agents[0].idle is set, but the sessions of the agent do not outlive their runs.',
    ],
    ['- { id: ada, stdin: prompt }', 'agents[0].stdin is set, but the agent has no command.'],
    ['- { id: ada }\n  - { id: ada }', "agents[1].id is 'ada', and there is another one."],
    [
      '- { id: ada, models: [a], allowance: { models: [b] } }',
      'agents[0].models is set, and so is models in its allowance.',
    ],
    ['- { id: ada, maxLoad: -1 }', 'agents[0].maxLoad is -1, but it must be an integer of 0 or more.'],
    [
      '- { id: ada, allowance: { dailyTokens: -5 } }',
      'agents[0].allowance.dailyTokens is -5, but it must be an integer of 0 or more.',
    ],
    [
      '- { id: ada, allowance: { dailytokens: 5 } }',
      "agents[0].allowance.dailytokens is an unknown field. Did you mean 'dailyTokens'?",
    ],
    ['- { capabilities: [x] }', 'agents[0].id is missing: an agent has an id.'],
  ])('are refused where they make no sense: %s', (agents, sentence) => {
    const [first, ...rest] = sentencesOf(`agents:\n  ${agents}\ntasks: {}`)
    expect(first).toContain(sentence)
    expect(rest).toEqual([])
  })
})

describe('a task that asks for an agent', () => {
  it.each([
    [
      '{ run: x, agent: aba }',
      "3:24: tasks.a.agent is 'aba', and there is no such agent. Did you mean 'ada'?",
    ],
    [
      '{ run: x, requires: [wirte] }',
      "tasks.a.requires[0] is 'wirte', which no agent can do. Did you mean 'write'?",
    ],
    ['{ run: x, requires: [review, type] }', 'tasks.a.requires is review, type, and no agent has all of it.'],
    [
      '{ run: x, agent: ada, fallback: [bob, bib] }',
      "tasks.a.fallback[1] is 'bib', and there is no such agent. Did you mean 'bob'?",
    ],
    [
      '{ run: x, agent: ada, fallback: [bob], requires: [review] }',
      "tasks.a.fallback[0] is 'bob', which does not have the capability 'review' that the task requires.",
    ],
    ['{ prompt: x }', 'tasks.a.prompt is set, but the task says no agent that does it.'],
    ['{ prompt: x, requires: [type] }', "tasks.a.prompt may be given to 'dee', but that agent has no run."],
    ['{ prompt: x, agent: ada, run: y }', 'tasks.a.run is set beside prompt: a task has one of them.'],
    [
      '{ prompt: x, agent: ada, shell: sh }',
      'tasks.a.shell is set beside prompt, but the agent of the task has a command.',
    ],
    [
      "{ prompt: '${{ needs.b }}', agent: ada }",
      "tasks.a.prompt has ${{ needs.b }}, but the task does not need 'b'.",
    ],
  ])('is refused for what is not there: %s', (task, sentence) => {
    const problems = problemsOf(withTasks(`  a: ${task}`))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(sentence.replace(/^\d+:\d+: /, ''))
  })

  it('is told the place, which is in defaults for what stands there, and told once', () => {
    expect(problemsOf(withTasks('  a: { run: x }\n  b: { run: x }', 'defaults: { agent: bop }\n'))).toEqual([
      "6:20: defaults.agent is 'bop', and there is no such agent. Did you mean 'bob'?",
    ])
  })

  it('has a prompt only where somebody is there to be given it', () => {
    expect(problemsOf('tasks:\n  a: { prompt: x, requires: [write] }')[0]).toMatch(
      /^2:16: tasks\.a\.prompt is set, but there are no agents that could be given it\./,
    )
  })

  it('says a model where an agent that may be given it is to be told one', () => {
    const eve = "agents:\n  - { id: eve, run: 'eve --model ${{ model }} ${{ prompt }}' }\ntasks:\n"
    expect(problemsOf(`${eve}  a: { prompt: x, agent: eve }`)).toEqual([
      "4:16: tasks.a.prompt may be given to 'eve', whose run names a model, and the task says none.",
    ])
    expect(planOf(`${eve}  a: { prompt: x, agent: eve, model: small }`).plan.tasks).toHaveLength(1)
  })

  it('may ask for agents that only the program knows which runs the plan', () => {
    expect(planOf('tasks: { a: { run: x, requires: [anything] } }').agents).toEqual([])
  })

  it('is no group, which needs none whatever defaults say', () => {
    const { plan } = planOf(
      withTasks(
        '  a: { prompt: x }\n  all: { needs: [a] }',
        'defaults: { requires: [write], model: small }\n',
      ),
    )
    expect(plan.structure.map(({ id, agent }) => [id, agent])).toEqual([
      ['a', { requires: ['write'], fallback: [], model: 'small' }],
      ['all', undefined],
    ])
  })

  it('carries the commands of those that it may be given to, and no others', () => {
    const works = workById(
      withTasks('  a: { prompt: x, requires: [write] }\n  b: { prompt: x, agent: cyd, fallback: [ada] }'),
    ) as Record<string, { agents: object }>
    expect(works['a']?.agents).toEqual({
      ada: { run: 'ada -p ${{ prompt }}' },
      bob: { run: ['bob', '${{ promptFile }}'] },
    })
    expect(works['b']?.agents).toEqual({
      cyd: { run: 'cyd', stdin: 'prompt', speaks: true },
      ada: { run: 'ada -p ${{ prompt }}' },
    })
  })

  it('has a prompt with the values of its matrix', () => {
    const works = workById(
      withTasks(
        "  a: { prompt: 'do ${{ matrix.n }} for ${{ input }}', agent: ada, matrix: { n: [one, two] } }",
      ),
    ) as Record<string, { prompt: string }>
    expect(Object.values(works).map(({ prompt }) => prompt)).toEqual([
      'do one for ${{ input }}',
      'do two for ${{ input }}',
    ])
  })
})
