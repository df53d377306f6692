import { createRuntime } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { FactLog } from '../../src/events/fact-log.ts'
import type { Fact, NewRunFact } from '../../src/events/facts.ts'
import { type Hooks, subscribeHooks } from '../../src/events/hooks.ts'
import { beginning, created, failure, numbered } from './made-facts.ts'

const taskId = 'build'
const completed: NewRunFact = { type: 'task.completed', taskId, attempt: 1, output: 'built' }
const failed: NewRunFact = {
  type: 'task.failed',
  taskId,
  attempt: 1,
  failure,
  ignored: false,
  deadLettered: false,
  abandoned: false,
}
const killed: NewRunFact = { type: 'task.killed', taskId, attempt: 1, reason: 'enough', abandoned: false }
const rest: readonly NewRunFact[] = [
  created,
  { type: 'task.ready', taskId },
  { type: 'task.retrying', taskId, attempt: 1, failure, until: 9 },
  { type: 'task.skipped', taskId, because: 'rule-unmet' },
  { type: 'run.completed' },
]

function tell(hooks: Hooks, ...facts: readonly NewRunFact[]): Fact[] {
  const log = new FactLog({ runId: 'run', beginning, retain: 10, now: () => 7 })
  const told: Fact[] = []
  const subscription = subscribeHooks(log.events$, hooks)
  log.events$.subscribe((fact) => told.push(fact))
  for (const fact of numbered(facts)) log.tell(fact)
  subscription.unsubscribe()
  for (const fact of numbered([completed, failed], 50)) log.tell(fact)
  return told
}

describe('a hook that cannot be', () => {
  it('is refused for its name, with the nearest there is, by a runtime and by a run', () => {
    const hooks = { 'task.complte': () => undefined } as Hooks
    const refused = expect.objectContaining({
      code: 'CONFIG_INVALID',
      problem: "hooks has an unknown field 'task.complte'. Did you mean 'task.complete'?",
    })
    expect(() => createRuntime({ hooks })).toThrow(refused)
    expect(() => tell(hooks)).toThrow(refused)
  })

  it('is refused when it is no function', () => {
    const hooks = { 'task.abort': 'log it' } as unknown as Hooks
    expect(() => createRuntime({ hooks })).toThrow(
      'hooks["task.abort"] is \'log it\', but it must be a function.',
    )
    expect(() => createRuntime({ hooks: null } as never)).toThrow('hooks is null')
    expect(createRuntime({ hooks: { 'task.abort': undefined } } as never)).toBeDefined()
  })
})

describe('a hook', () => {
  it('is called with the facts of its kind, and with no others', () => {
    const calls: string[] = []
    tell(
      {
        'task.complete': (fact) => calls.push(`complete ${fact.seq} ${String(fact.output)}`),
        'task.abort': (fact) => calls.push(`abort ${fact.seq} ${fact.type}`),
      },
      ...rest,
      completed,
      failed,
      killed,
    )
    expect(calls).toEqual(['complete 6 built', 'abort 7 task.failed', 'abort 8 task.killed'])
  })

  it('need not be there', () => {
    expect(tell({}, completed, failed).map(({ type }) => type)).not.toContain('observer.failed')
  })

  it('that throws is told about once and goes on being called', () => {
    let calls = 0
    const told = tell(
      {
        'task.complete': () => {
          calls++
          throw new Error('no')
        },
      },
      completed,
      completed,
    )
    expect(calls).toBe(2)
    expect(told.filter(({ type }) => type === 'observer.failed')).toHaveLength(1)
  })
})
