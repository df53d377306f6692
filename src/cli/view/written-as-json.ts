import { randomUUID } from 'node:crypto'
import { writtenText } from '../../executors/written-json.ts'

/**
 * The outputs of commands stand there as they were written: read and spelled again, a number may be another one. A
 * handler may return a value without a JSON form, which is named instead, so that the line is not lost.
 */
export function jsonOf(value: Readonly<Record<string, unknown>>): string {
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
