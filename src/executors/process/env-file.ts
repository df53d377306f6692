import { thrownText } from '../../errors/foreign-value.ts'
import { readRegularFile } from './regular-file.ts'
import { errorCode, StartFault } from './start-fault.ts'

/** The variables of a file of `KEY=VALUE` lines. Throws a `StartFault` with `ENV_FILE_INVALID`. */
export function readEnvFile(path: string): Record<string, string> {
  let text: string
  try {
    text = readRegularFile(path)
  } catch (thrown) {
    const reason = errorCode(thrown) === 'ENOENT' ? 'there is no such file' : thrownText(thrown)
    throw invalid(`The environment file ${path} cannot be read: ${reason}.`)
  }
  return parseEnvText(text, path)
}

/**
 * Blank lines, lines that begin with `#`, and `export ` before a name are ignored. In single quotes every character
 * stands for itself; in double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are escapes. Both may span several lines.
 * A value without quotes ends at ` #` and is trimmed. Nothing is expanded. Reads the text once, from start to end.
 */
export function parseEnvText(text: string, path: string): Record<string, string> {
  const variables = Object.create(null) as Record<string, string>
  const source = text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n')
  let lineNumber = 0
  for (let start = 0; start < source.length; ) {
    lineNumber++
    const fault = (what: string): StartFault => invalid(`${path}:${position}: ${what}.`)
    const position = lineNumber
    const end = endOfLine(source, start)
    const line = source.slice(start, end).trimStart()
    if (line === '' || line.startsWith('#')) {
      start = end + 1
      continue
    }
    const equals = line.indexOf('=')
    const name = equals === -1 ? undefined : nameIn(line.slice(0, equals))
    if (name === undefined) throw fault(`'${shortened(line)}' is no KEY=VALUE`)
    if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw fault(`'${shortened(name)}' is no name for a variable`)
    const given = withoutFirstBlanks(line.slice(equals + 1))
    const quote = given[0]
    if (quote === '"' || quote === "'") {
      const opening = end - given.length
      const closing = endOfQuoted(source, opening + 1, quote)
      if (closing === -1) throw fault(`the value of ${name} begins with ${quote} and has no end`)
      const endOfLast = endOfLine(source, closing)
      const behind = source.slice(closing + 1, endOfLast).trimStart()
      if (behind !== '' && !behind.startsWith('#')) {
        throw fault(`something stands behind the closing ${quote} of ${name}`)
      }
      const quoted = source.slice(opening + 1, closing)
      variables[name] = quote === "'" ? quoted : unescaped(quoted)
      lineNumber += newlinesIn(quoted)
      start = endOfLast + 1
    } else {
      variables[name] = withoutComment(given).trim()
      start = end + 1
    }
    if (variables[name]!.includes('\0')) throw fault(`${name} has a null character`)
  }
  return variables
}

/** The word before a `=`, without `export`. Undefined where there is more than one word. */
function nameIn(head: string): string | undefined {
  const isExported = head.startsWith('export') && /^\s/.test(head.slice('export'.length))
  const name = (isExported ? head.slice('export'.length) : head).trim()
  return /\s/.test(name) ? undefined : name
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf('\n', from)
  return end === -1 ? source.length : end
}

function withoutFirstBlanks(text: string): string {
  let from = 0
  while (text[from] === ' ' || text[from] === '\t') from++
  return text.slice(from)
}

/** The value without its comment, which begins at a `#` at the start or after a blank. */
function withoutComment(value: string): string {
  for (let at = value.indexOf('#'); at !== -1; at = value.indexOf('#', at + 1)) {
    if (at === 0 || /\s/.test(value[at - 1]!)) return value.slice(0, at)
  }
  return value
}

function endOfQuoted(source: string, from: number, quote: '"' | "'"): number {
  if (quote === "'") return source.indexOf(quote, from)
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === quote) return at
  }
  return -1
}

function newlinesIn(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return count
}

const meanings: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

function unescaped(text: string): string {
  return text.replace(/\\([nrt"\\$])/g, (_, letter: string) => meanings[letter] ?? letter)
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

function invalid(message: string): StartFault {
  return new StartFault({ code: 'ENV_FILE_INVALID', message })
}
