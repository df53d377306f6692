import type { Fact } from '../../events/facts.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Screen } from '../screen/screen.ts'
import type { Display } from './display.ts'

/**
 * Each fact as a line of JSON, and the result as the last one, `{"type":"result", …}`. Messages for people go to
 * `aside`. A reader that is so far behind that no more can wait misses nothing but output of tasks; `stream.lagged` says
 * how much.
 */
export function jsonView(screen: Screen, aside: Screen): Display {
  let missed = 0
  let last: Fact | undefined
  const write = (value: object): void => screen.write(`${jsonOf(value)}\n`)
  const tellMissed = (): void => {
    if (missed > 0) write(lagged(missed, last!))
    missed = 0
  }
  return {
    see: (fact) => {
      if (fact.type === 'task.output' && screen.isClogged) missed++
      else {
        if (!screen.isClogged) tellMissed()
        write(fact)
      }
      last = fact
    },
    say: (sentence) => aside.write(`dagmar: ${shownText(sentence)}\n`),
    ask: () => undefined,
    end: (result) => {
      tellMissed()
      write({ type: 'result', ...result })
    },
    pause: () => undefined,
    close: () => undefined,
  }
}

function lagged(missed: number, { at, runId, ...last }: Fact): Fact {
  const afterSeq = 'afterSeq' in last ? last.afterSeq : last.seq
  return { type: 'stream.lagged', missed, afterSeq, at, runId }
}

/** A handler may return a value without a JSON form. It is named instead, so that the line is not lost. */
function jsonOf(value: object): string {
  try {
    return JSON.stringify(value)
  } catch {
    const seen = new Set<unknown>()
    return JSON.stringify(value, (_key, part: unknown) => {
      if (typeof part === 'bigint') return String(part)
      if (typeof part !== 'object' || part === null) return part
      if (seen.has(part)) return '[seen before]'
      seen.add(part)
      return part
    })
  }
}
