import { listed, phrase, type WaitsFor } from '../../events/explanation.ts'
import { showMs } from '../../time/show-ms.ts'

/** What a task waits for, in words, to follow `waits`. */
export function inWords(wait: WaitsFor, now: number): string {
  switch (wait.kind) {
    case 'slot':
      return slotInWords(wait)
    case 'pool': {
      const { amount, pool, free, heldBy } = wait
      return `for ${amount} of the pool ${pool}, which has ${free} free${heldBy.length === 0 ? '' : ` (held by ${listed(heldBy)})`}`
    }
    case 'claim':
      return `for its claim, for the agent ${wait.agentId}, at most ${showMs(wait.until - now)}`
    case 'store':
      return `for the store, which has not answered for ${showMs(now - wait.since)}`
    case 'dependencies':
    case 'room':
    case 'run':
    case 'executor':
    case 'agent':
    case 'instant':
    case 'answer':
      return phrase(wait, now)
  }
}

function slotInWords({ of, limit, heldBy, heldElsewhere }: Extract<WaitsFor, { kind: 'slot' }>): string {
  if (limit === 0) return `for a slot, but the concurrency of the ${of} is 0, which holds everything`
  const others = heldElsewhere > 0 ? [`${heldElsewhere} of other runs`] : []
  return `for one of the ${limit} slots of the ${of}, held by ${listed([...heldBy, ...others])}`
}
