import { randomUUID } from 'node:crypto'
import type { Fact } from '../../events/facts.ts'
import type { RunResult } from '../../events/run-result.ts'
import { writtenText } from '../../executors/written-json.ts'
import { shownJson } from '../../text/shown-json.ts'
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

/**
 * The outputs of commands stand there as they were written: read and spelled again, a number may be another one. A
 * handler may return a value without a JSON form, which is named instead, so that the line is not lost.
 */
function jsonOf(value: Record<string, unknown>): string {
  const texts: string[] = []
  const seen = new Set<unknown>()
  const spelled = (isCareful: boolean) => (_key: string, part: unknown) => {
    const text = writtenText(part)
    if (text !== undefined) return `${spliced}${texts.push(text) - 1}`
    if (!isCareful) return part
    if (typeof part === 'bigint') return String(part)
    if (typeof part !== 'object' || part === null) return part
    if (seen.has(part)) return '[seen before]'
    seen.add(part)
    return part
  }
  let json: string
  try {
    // Asking about every part takes time, and few facts have an output.
    const hasOutputs = value['output'] !== undefined || value['outputs'] !== undefined
    json = hasOutputs ? JSON.stringify(value, spelled(false)) : JSON.stringify(value)
  } catch {
    texts.length = 0
    json = JSON.stringify(value, spelled(true))
  }
  if (texts.length === 0) return json
  return json.replaceAll(place, (_, index) => onOneLine(texts[Number(index)]!))
}

/** Stands in a line where the text of a command is to stand. Nobody can guess it. */
const spliced = `${randomUUID()}:`
const place = new RegExp(`"${spliced}(\\d+)"`, 'g')

/** Between the parts of a JSON text, which are the only places for a line break in it. */
function onOneLine(json: string): string {
  return json.replaceAll(/[\r\n]+/g, ' ')
}
