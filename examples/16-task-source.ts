// Shows tickets that a desk keeps and two agents work on: the most urgent first, and the desk is told what became of each.
// Prints what was done in which order, by whom, and how the desk was reached again after it had been away.
import { setTimeout as sleep } from 'node:timers/promises'
import { createRuntime, type HandlerContext, type ItemOutcome, type SourceItem } from 'dagmar'
import { agents } from 'dagmar/agents'

interface Ticket extends SourceItem {
  readonly title: string
}

const ticket = (n: number, title: string, more: Partial<SourceItem> = {}): Ticket => ({
  id: `T-${n}`,
  title,
  createdAt: Date.UTC(2026, 0, n),
  requires: ['write'],
  ...more,
})
const open = new Map(
  [
    ticket(2, 'a new logo', { priority: 'low' }),
    ticket(4, 'an old bill', { retry: { maxAttempts: 2, backoff: { base: 0 } } }),
    ticket(1, 'a typo on the first page'),
    ticket(3, 'the shop is down', { priority: 'critical', requires: ['repair'] }),
  ].map((one) => [one.id, one]),
)

let calls = 0
/** Somewhere else, and sometimes away. */
const desk = {
  items: async (): Promise<Iterable<Ticket>> => {
    if (++calls === 1) throw new Error('the desk is away for a moment')
    return [...open.values()]
  },
  settle: ({ id, title }: Ticket, outcome: ItemOutcome): void => {
    open.delete(id)
    console.log(`${id} ${title}: ${outcome.status === 'completed' ? String(outcome.output) : outcome.reason}`)
  },
}

const work = async ({ agent, taskId }: HandlerContext): Promise<string> => {
  await sleep(taskId === 'T-3' ? 1 : 30)
  if (taskId === 'T-4') throw new Error('nobody knows what it is about')
  return `done by ${agent}`
}

const team = agents({
  list: [
    { id: 'ann', capabilities: ['write'] },
    { id: 'cyd', capabilities: ['repair'] },
  ],
})
await using runtime = createRuntime({ agents: team })
const inbox = await runtime.consume(desk, { name: 'desk', work, backoff: { base: 10 } })
inbox.events$.subscribe((fact) => {
  if (fact.type === 'source.failed') console.log(`${fact.message}: opened again`)
})
await inbox.done
const { taken, settled } = inbox.view()
console.log(`${taken} taken, ${settled} settled`)
