import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file of the repository: its path from the top with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** A stretch of one kind of TypeScript text. Brackets of comments and quotes of strings belong to it. */
export interface Part {
  readonly kind: 'code' | 'comment' | 'string'
  readonly text: string
  readonly line: number
}

const top = fileURLToPath(new URL('../../', import.meta.url))

/** Every file under the given files and folders whose name ends as asked; what does not exist is left out. */
export function readSources(paths: readonly string[], endings: readonly string[]): SourceFile[] {
  return paths
    .flatMap((path) => filesUnder(join(top, path)))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({
      path: relative(top, path).split(sep).join('/'),
      text: readFileSync(path, 'utf8'),
    }))
    .toSorted((a, b) => a.path.localeCompare(b.path))
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path).flatMap((name) => filesUnder(join(path, name)))
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

/** Cuts TypeScript into code, comments and strings. Code inside `${…}` is code again. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = []
  const braces: number[] = [] // one open-brace count for each template literal that we are inside of
  let from = 0
  let at = 0

  const cut = (kind: Part['kind'], end: number): void => {
    if (end > from) parts.push({ kind, text: text.slice(from, end), line: lineAt(text, from) })
    from = end
    at = end
  }
  const template = (start: number): void => {
    const end = endOfTemplate(text, start)
    if (text[end - 1] === '{') braces.push(0)
    cut('string', end)
  }

  while (at < text.length) {
    const two = text.slice(at, at + 2)
    const one = text[at]
    if (two === '//' || two === '/*') {
      cut('code', at)
      const end = two === '//' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2) + 2
      cut('comment', end < at + 2 ? text.length : end)
    } else if (one === "'" || one === '"') {
      cut('code', at)
      cut('string', endOfQuoted(text, at, one))
    } else if (one === '`') {
      cut('code', at)
      template(at + 1)
    } else if (one === '/' && startsRegex(text.slice(0, at))) {
      at = endOfRegex(text, at)
    } else if (one === '}' && braces.at(-1) === 0) {
      braces.pop()
      cut('code', at)
      template(at + 1)
    } else {
      if (braces.length > 0 && one === '{') braces[braces.length - 1]! += 1
      if (braces.length > 0 && one === '}') braces[braces.length - 1]! -= 1
      at += 1
    }
  }
  cut('code', text.length)
  return parts
}

function endOfQuoted(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === quote || text[at] === '\n') return at + 1
  }
  return text.length
}

function endOfTemplate(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '`') return at + 1
    else if (text.startsWith('${', at)) return at + 2
  }
  return text.length
}

function startsRegex(before: string): boolean {
  return /(?:^|[(,=:[!&|?{};>]|\breturn|\bcase)\s*$/.test(before.slice(-40))
}

function endOfRegex(text: string, start: number): number {
  let inClass = false
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '[') inClass = true
    else if (text[at] === ']') inClass = false
    else if (text[at] === '/' && !inClass) return at + 1
  }
  return start + 1
}
