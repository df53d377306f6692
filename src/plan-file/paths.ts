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
  const path: (string | number)[] = []
  for (let at = 0; at < field.length; ) {
    if (field[at] === '.') at++
    else if (field[at] === '[') {
      const end = endOfKey(field, at + 1)
      const key = JSON.parse(field.slice(at + 1, end)) as string | number
      path.push(key)
      at = end + 1
    } else {
      const start = at
      while (at < field.length && field[at] !== '.' && field[at] !== '[') at++
      path.push(field.slice(start, at))
    }
  }
  return path
}

/** The index of the `]` after a number or a quoted name. */
function endOfKey(field: string, from: number): number {
  let at = from
  if (field[at] === '"') {
    for (at++; at < field.length && field[at] !== '"'; at++) if (field[at] === '\\') at++
  }
  const end = field.indexOf(']', at)
  return end === -1 ? field.length : end
}
