import type { Fact } from '../../events/facts.ts'
import type { RunResult } from '../../events/run-result.ts'
import { shownJson } from '../../text/shown-json.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Screen } from '../screen/screen.ts'
import type { Display } from './display.ts'
import { jsonOf } from './written-as-json.ts'

/**
 * Each fact as a line of JSON, and the result as the last one, `{"type":"result", …}`. Messages for people go to
 * `aside`. A reader that is so far behind that no more can wait misses nothing but output of tasks; `stream.lagged` says
 * how much.
 */
export function jsonView(screen: Screen, aside: Screen): Display {
  let missed = 0
  let last: Fact | undefined
  const write = (value: Fact | ({ readonly type: 'result' } & RunResult)): void =>
    screen.write(`${shownJson(jsonOf({ ...value }))}\n`)
  const tellMissed = (): void => {
    if (missed > 0) write(lagged(missed, last!))
    missed = 0
  }
  return {
    see: (fact) => {
      if (fact.type === 'task.output' && fact.isPartial === true) return
      if (fact.type === 'task.output' && screen.isClogged) missed++
      else {
        if (!screen.isClogged) tellMissed()
        write(fact)
      }
      last = fact
    },
    say: (sentence) => aside.write(`dagmar: ${shownText(sentence)}\n`),
    print: (line) => aside.write(`${shownText(line)}\n`),
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
