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
