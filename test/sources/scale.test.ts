import { createRuntime, type HandlerContext, SimulatedClock, type SourceItem } from 'dagmar'
import { agents } from 'dagmar/agents'
import { describe, expect, it } from 'vitest'
import { teller } from './source-desk.ts'

const names = ['critical', 'high', 'medium', 'low'] as const

describe('a thousand items and ten agents', () => {
  it('are done in the time that the agents need, each once, and never more than the look-ahead are open', async () => {
    const clock = new SimulatedClock()
    const list = Array.from({ length: 10 }, (_, index) => ({
      id: `agent ${index}`,
      capabilities: ['do'],
      ttl: Number.POSITIVE_INFINITY,
    }))
    const team = agents({ list })
    const told = teller()
    let [pulled, live, mostLive, mostOpen] = [0, 0, 0, 0]
    const work = async ({ agent }: HandlerContext): Promise<string | undefined> => {
      mostLive = Math.max(mostLive, ++live)
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 1_000))
      live--
      return agent
    }
    async function* items(): AsyncGenerator<SourceItem> {
      while (pulled < 1_000) {
        mostOpen = Math.max(mostOpen, pulled - told.told.length)
        const id = `item ${pulled++}`
        yield {
          id,
          createdAt: pulled,
          priority: names[pulled % 4]!,
          requires: ['do'],
          work,
        }
      }
    }
    const runtime = createRuntime({ clock, agents: team, concurrency: 100 })
    const inbox = await runtime.consume({ items, ...told }, { lookAhead: 30 })
    for (let second = 0; second < 100; second++) await clock.advanceAsync(1_000)
    expect(inbox.view()).toMatchObject({ state: 'done', taken: 1_000, settled: 1_000, open: 0 })
    expect(new Set(told.told.map(([id]) => id)).size).toBe(1_000)
    expect(told.told.every(([, outcome]) => outcome.status === 'completed')).toBe(true)
    expect(team.usage().map(({ jobs }) => jobs)).toEqual(list.map(() => 100))
    expect(mostLive).toBe(10)
    expect(mostOpen).toBeLessThanOrEqual(30)
    expect(runtime.runs()).toEqual([])
    expect(clock.pending).toBe(0)
  })
})

describe('two sources of one runtime', () => {
  it('share its slots in the order of priority, then of age, whichever source an item is from', async () => {
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, concurrency: 1 })
    const done: string[] = []
    const work = async ({ taskId }: HandlerContext): Promise<void> => {
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 10))
      done.push(taskId)
    }
    const first = { id: 'first', priority: 'critical' as const }
    await runtime.consume([first, { id: 'c', createdAt: 3 }, { id: 'a', createdAt: 1 }], {
      name: 'mail',
      work,
    })
    const urgent = { id: 'urgent', priority: 'high' as const, createdAt: 9 }
    await runtime.consume([{ id: 'd', createdAt: 4 }, { id: 'b', createdAt: 2 }, urgent], {
      name: 'chat',
      work,
    })
    await clock.advanceAsync(100)
    expect(done).toEqual(['first', 'urgent', 'a', 'b', 'c', 'd'])
  })
})
