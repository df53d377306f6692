import { describe, expect, it } from 'vitest'
import { planOf, problemsOf } from './read-plans.ts'

const withNotify = (notify: string): string => `notify:\n  - ${notify}\ntasks: {}\n`

describe('notify', () => {
  it('says who is told, of everything unless it says of what', () => {
    const { notify } = planOf(
      'notify:\n  - { url: $HOOK, on: [failed] }\n  - run: cat\n  - run: [curl, -d, 1.10]\n  - bell: true\ntasks: {}',
    )
    const on = ['stalled', 'asked', 'failed', 'completed']
    expect(notify).toEqual([
      { place: 'notify[0] of plan.yaml', on: ['failed'], way: { kind: 'url', url: '$HOOK' } },
      { place: 'notify[1] of plan.yaml', on, way: { kind: 'command', run: 'cat', cwd: '/project' } },
      {
        place: 'notify[2] of plan.yaml',
        on,
        way: { kind: 'command', run: ['curl', '-d', '1.10'], cwd: '/project' },
      },
      { place: 'notify[3] of plan.yaml', on, way: { kind: 'bell' } },
    ])
  })

  it('is no part of the plan, so that no journal and no page has it', () => {
    const { plan, definition } = planOf(withNotify('url: https://example.com/secret'))
    expect(JSON.stringify([plan, plan.structure, definition])).not.toContain('secret')
  })

  it.each([
    ['url: https://example.com, ons: [failed]', "notify[0].ons is an unknown field. Did you mean 'on'?"],
    [
      'url: https://e.com, on: [fialed]',
      "is 'fialed', but it must be one of stalled, asked, failed, completed. Did you",
    ],
    ['url: https://e.com, on: []', 'notify[0].on is an empty list, but it must be a list of one or more of'],
    ['on: [failed]', 'notify[0] says not how: a notification has a url, a command to run, or bell: true.'],
    ['url: https://e.com, run: cat', 'notify[0].run is set beside url: a notification has'],
    ['bell: false', 'notify[0].bell is false, but it must be true.'],
    ["run: 'echo ${{ runId }}'", 'notify[0].run has ${{, but no value is filled in here.'],
    ['retry: 1, run: cat', 'notify[0].retry is an unknown field.'],
  ])('is checked with its place: %s', (fields, problem) => {
    const problems = problemsOf(withNotify(`{ ${fields} }`))
    expect(problems).toEqual([expect.stringMatching(/^2:\d+: notify\[0\]/)])
    expect(problems[0]).toContain(problem)
  })

  it.each([
    'ftp://h/top-secret',
    'https://h/$TOP-secret',
    'top-secret',
    'https://top-secret:x',
    'http://top-secret\\@h',
  ])('refuses the address %s without showing it', (url) => {
    const problems = problemsOf(withNotify(`url: '${url}'`))
    expect(problems).toEqual([expect.stringMatching(/^2:10: notify\[0\]\.url must be an address/)])
    expect(problems[0]).not.toContain('secret')
  })
})
