import type { Fact } from '../../events/facts.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Screen } from '../screen/screen.ts'
import type { Display } from './display.ts'

/**
 * Each fact as a line of JSON, and the result as the last one, `{"type":"result", …}`. Messages for people go to
 * `aside`. A reader that does not keep up misses nothing but output of tasks; `stream.lagged` says how much.
 */
export function jsonView(screen: Screen, aside: Screen): Display {
  let missed = 0
  const write = (value: object): void => screen.write(`${jsonOf(value)}\n`)
  return {
    see: (fact) => {
      if (fact.type === 'task.output' && screen.isClogged) {
        missed++
        return
      }
      if (missed > 0 && !screen.isClogged) {
        write(lagged(missed, fact))
        missed = 0
      }
      write(fact)
    },
    say: (sentence) => aside.write(`dagmar: ${shownText(sentence)}\n`),
    ask: () => undefined,
    end: (result) => write({ type: 'result', ...result }),
    pause: () => undefined,
    close: () => undefined,
  }
}

function lagged(missed: number, { at, runId, ...fact }: Fact): Fact {
  const afterSeq = 'afterSeq' in fact ? fact.afterSeq : fact.seq - 1
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
