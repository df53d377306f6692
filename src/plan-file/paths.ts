import type { Path } from './places.ts'

/** A path for messages: `tasks.build.needs[0]`, or `tasks["a b"]`. Long names are cut. */
export function pathText(path: Path): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`
    else if (/^[\w-]{1,60}$/.test(key)) text += text === '' ? key : `.${key}`
    else text += `[${JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key)}]`
  }
  return text === '' ? 'The plan' : text
}

/** The path in `facts.field` of the library's errors. */
export function pathOf(field: string): Path {
  return Array.from(field.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g), (match) => {
    if (match[1] !== undefined) return String(JSON.parse(`"${match[1]}"`))
    return match[2] === undefined ? match[3]! : Number(match[2])
  })
}
