import { type AgentFact, agents, type AgentJob } from 'dagmar/agents'
import { createRuntime, type RunFact, SimulatedClock } from 'dagmar'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { left, noting, type Written } from './agents-journal.ts'
import { desk } from '../runtime/desk.ts'
import { law } from './law.ts'
import { anyCase, planOf, play } from './play-agents.ts'

const keyOf = ({ taskId, attempt }: Pick<AgentJob, 'taskId' | 'attempt'>): string => `${taskId}/${attempt}`

/** The attempts that are reserved for, and how all others ended. */
function reservations(facts: readonly AgentFact[]) {
  const open = new Set<string>()
  const ends = new Map<string, string[]>()
  for (const fact of facts) {
    if (fact.type !== 'usage.recorded') continue
    const key = keyOf(fact)
    if (fact.of === 'reported') expect(open).toContain(key)
    else if (fact.of === 'started') {
      expect(open).not.toContain(key)
      open.add(key)
    } else {
      expect(open.delete(key)).toBe(true)
      ends.set(key, [...(ends.get(key) ?? []), fact.of])
    }
  }
  return { open, ends }
}

/** How the facts of its run say that the attempt is over, where they do. */
function endBy(facts: readonly RunFact[], key: string): string {
  if (facts.length === 0) return 'failed'
  const [taskId, attempt] = key.split('/')
  const own = facts.filter((fact) => fact.taskId === taskId)
  const from = own.findIndex((fact) => fact.type === 'task.dispatched' && fact.attempt === Number(attempt))
  if (from < 0) return 'undone'
  const next = own.findIndex((fact, index) => index > from && fact.type === 'task.dispatched')
  const rest = own.slice(from, next < 0 ? own.length : next)
  for (const fact of rest) {
    if (fact.type === 'task.completed') return 'completed'
    if (fact.type === 'task.killed') return 'killed'
    if (fact.type === 'task.retrying' || fact.type === 'task.failed')
      return fact.failure.code === 'ALLOWANCE_EXCEEDED' ? 'overrun' : 'failed'
  }
  const stopping = rest.find(({ type }) => type === 'task.stopping')
  if (stopping?.type === 'task.stopping')
    return { kill: 'killed', overrun: 'overrun' }[stopping.reason as string] ?? 'failed'
  return rest.some(({ type }) => type === 'task.placed') ? 'placed' : 'failed'
}

const anyCrash = fc.record({
  given: anyCase,
  cut: fc.nat(),
  isAgentsFirst: fc.boolean(),
  adopts: fc.boolean(),
  recovers: fc.boolean(),
})

describe('a process that has agents and dies', () => {
  law(
    'a crash at any fact leaves every reservation ended exactly once, as its attempt ended, or goes on with it',
    anyCrash,
    async ({ given, cut, isAgentsFirst, adopts, recovers }) => {
      const written: Written[] = []
      await play({ ...given, store: noting(written, isAgentsFirst) }, () => undefined)
      const { store, run, agents: before } = left(written.slice(0, cut % (written.length + 1)))
      const { open: wereOpen } = reservations(before)
      const clock = new SimulatedClock(Date.UTC(2026, 1, 2, 3))
      const team = agents()
      const hand = desk(adopts ? { adopt: (attempt, _, report) => hand.start(attempt, report) } : {})
      const told: AgentFact[] = [...before]
      team.events$.subscribe((fact) => void told.push(fact))
      const runtime = createRuntime({ clock, store, executors: { hand }, agents: team })
      const turns = async (): Promise<void> => {
        for (let turn = 0; turn < 20; turn++) await clock.advanceAsync(0)
      }
      await turns()
      const isRecovered = recovers && run.length > 0
      if (isRecovered) await runtime.recover('run', { dag: planOf(given.tasks) })
      await turns()
      const ends = new Map([...wereOpen].map((key) => [key, endBy(run, key)]))
      const goOn = [...ends].flatMap(([key, end]) => (adopts && end === 'placed' ? [key] : []))
      const now = reservations(told)
      for (const key of goOn) expect(now.open).toContain(key)
      for (const [key, end] of ends) {
        if (!goOn.includes(key)) expect(now.ends.get(key)).toEqual([end === 'placed' ? 'failed' : end])
      }
      const active = team.usage().reduce((sum, { activeJobs }) => sum + activeJobs, 0)
      expect(active).toBe(now.open.size)
      if (!isRecovered) expect([...now.open]).toEqual(goOn)
      // What goes on is over at some time, and what nobody recovers is given up.
      if (isRecovered) for (const key of goOn) hand.completes(key)
      else await clock.advanceAsync(600_000)
      team.list()
      await turns()
      const last = reservations(told)
      for (const key of goOn) expect(last.ends.get(key)).toEqual([isRecovered ? 'completed' : 'failed'])
      expect(told.every(({ seq }, index) => index === 0 || told[index - 1]!.seq < seq)).toBe(true)
    },
    0.6,
  )
})
