import { endOfString } from '../../executors/process/read-json.ts'

/** The fields of a JSON object, each with the text of its value as it is written. The text must be valid JSON. */
export function rawFields(json: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  let at = json.indexOf('{') + 1
  while (at > 0 && at < json.length) {
    at = pastBlanks(json, at)
    if (json[at] !== '"') {
      // A comma, or the end.
      at = json[at] === ',' ? at + 1 : 0
      continue
    }
    const endOfKey = endOfString(json, at)
    const key = JSON.parse(json.slice(at, endOfKey)) as string
    const start = pastBlanks(json, json.indexOf(':', endOfKey) + 1)
    const end = endOfValue(json, start)
    fields.set(key, json.slice(start, end))
    at = end
  }
  return fields
}

function pastBlanks(json: string, from: number): number {
  let at = from
  while (at < json.length && ' \t\r\n'.includes(json[at]!)) at++
  return at
}

function endOfValue(json: string, start: number): number {
  let open = 0
  for (let at = start; at < json.length; ) {
    const sign = json[at]!
    if (sign === '"') at = endOfString(json, at)
    else {
      if (sign === '{' || sign === '[') open++
      if (sign === '}' || sign === ']') {
        // That of the object around it.
        if (open === 0) return at
        open--
      }
      if (open === 0 && ', \t\r\n'.includes(sign)) return at
      at++
    }
    if (open === 0 && at > start && '"}]'.includes(json[at - 1]!)) return at
  }
  return json.length
}
