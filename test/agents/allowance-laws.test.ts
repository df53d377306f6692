import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { Allowance } from '../../src/agents/allowance.ts'
import { readLimits } from '../../src/agents/limits.ts'
import type { JobEnd, UsageFact } from '../../src/events/agent-facts.ts'
import { law } from '../laws/law.ts'
import { allowanceOf, job, midnight, teller } from './agents.ts'

type Step =
  | { readonly do: 'reserve'; readonly task: number; readonly model: string | undefined }
  | { readonly do: 'charge'; readonly task: number; readonly tokens: number }
  | { readonly do: 'settle'; readonly task: number; readonly of: JobEnd }
  | { readonly do: 'wait'; readonly ms: number }

const tasks = fc.nat(7)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('reserve' as const),
    task: tasks,
    model: fc.constantFrom(undefined, 'small', 'large'),
  }),
  fc.record({ do: fc.constant('charge' as const), task: tasks, tokens: fc.nat(40) }),
  fc.record({
    do: fc.constant('settle' as const),
    task: tasks,
    of: fc.constantFrom('completed', 'failed', 'killed', 'overrun', 'undone'),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 3_600_000, 50_000_000) }),
)

const limits = { dailyTokens: 100, dailyJobs: 6, concurrentJobs: 3, modelTokens: { small: 60 } }
const anySteps = fc.array(anyStep, { maxLength: 60 })

interface Play extends ReturnType<typeof allowanceOf> {
  readonly at: number
}

function play(steps: readonly Step[], each: (play: Play) => void = () => undefined): Play {
  const made = allowanceOf(limits)
  const { allowance } = made
  let at = midnight
  for (const step of steps) {
    if (step.do === 'wait') at += step.ms
    else if (step.do === 'reserve' && !allowance.isOpen(job(`${step.task}`)))
      allowance.reserve('a', job(`${step.task}`), step.model, at)
    else if (step.do === 'charge') allowance.charge(job(`${step.task}`), { inputTokens: step.tokens }, at)
    else if (step.do === 'settle') allowance.settle(job(`${step.task}`), step.of, at)
    each({ ...made, at })
  }
  return { ...made, at }
}

const stateOf = (allowance: Allowance, at: number) => {
  const { tokens, jobs, active, models } = allowance.account('a', at)
  return { tokens, jobs, active, models: Object.fromEntries(models), open: allowance.open }
}

describe('an allowance, whatever happens', () => {
  law('jobs and active jobs of an allowance never exceed a limit at any fact', anySteps, (steps) => {
    play(steps, ({ allowance, at }) => {
      const { jobs, active, tokens } = allowance.account('a', at)
      expect(jobs).toBeLessThanOrEqual(limits.dailyJobs)
      expect(active).toBeLessThanOrEqual(limits.concurrentJobs)
      expect(Math.min(jobs, active, tokens)).toBeGreaterThanOrEqual(0)
    })
  })

  law('none is granted at tokens remaining ≤ 0', anySteps, (steps) => {
    let before = 0
    let facts = 0
    play(steps, ({ allowance, told, at }) => {
      const granted = told.facts
        .slice(facts)
        .some((fact) => fact.type === 'usage.recorded' && fact.of === 'started')
      if (granted) expect(before).toBeLessThan(limits.dailyTokens)
      facts = told.facts.length
      before = allowance.account('a', at).tokens
    })
  })

  law('every reservation is committed or refunded exactly once', anySteps, (steps) => {
    const { allowance, told } = play(steps)
    const live = new Set<string>()
    for (const fact of told.facts) {
      if (fact.type !== 'usage.recorded') continue
      const { of, taskId } = fact
      if (of === 'started') {
        expect(live.has(taskId)).toBe(false)
        live.add(taskId)
      } else if (of === 'reported') expect(live.has(taskId)).toBe(true)
      else expect(live.delete(taskId)).toBe(true)
    }
    expect(allowance.open.map(({ taskId }) => taskId).toSorted()).toEqual([...live].toSorted())
  })

  law('its facts bring it back, for every prefix', fc.tuple(anySteps, fc.nat()), ([steps, cut]) => {
    const states: ReturnType<typeof stateOf>[] = []
    const counts: number[] = []
    let end = midnight
    const { told } = play(steps, (now) => {
      states.push(stateOf(now.allowance, now.at))
      counts.push(now.told.facts.length)
      end = now.at
    })
    if (states.length === 0) return
    const prefix = cut % states.length
    const again = new Allowance(teller().tell)
    again.setLimits('a', readLimits(limits, ''))
    const facts = told.facts.slice(0, counts[prefix])
    for (const fact of facts) if (fact.type === 'usage.recorded') again.apply(fact as UsageFact)
    const at = steps
      .slice(0, prefix + 1)
      .reduce((sum, step) => sum + (step.do === 'wait' ? step.ms : 0), midnight)
    expect(at).toBeLessThanOrEqual(end)
    expect(stateOf(again, at)).toEqual(states[prefix])
  })

  law('a warning is told once until there is more left again', anySteps, (steps) => {
    const { told } = play(steps)
    let warned = false
    let day = midnight
    for (const fact of told.facts) {
      if (Math.floor(fact.at / 86_400_000) !== Math.floor(day / 86_400_000)) warned = false
      day = fact.at
      if (fact.type === 'quota.warning' && fact.limit === 'dailyTokens') {
        expect(warned).toBe(false)
        expect(fact.used).toBeGreaterThanOrEqual(80)
        warned = true
      } else if (fact.type === 'usage.recorded' && (fact.returned ?? 0) > 0) warned = false
    }
  })
})
