import { readFileSync } from 'node:fs'
import { errorCode, errorText, StartFault } from './start-fault.ts'

/** The variables of a file of `KEY=VALUE` lines. Throws a `StartFault` with `ENV_FILE_INVALID`. */
export function readEnvFile(path: string): Record<string, string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    const reason = errorCode(thrown) === 'ENOENT' ? 'there is no such file' : errorText(thrown)
    throw invalid(`The environment file ${path} cannot be read: ${reason}.`)
  }
  return parseEnvText(text, path)
}

/**
 * Blank lines, lines that begin with `#`, and `export ` before a name are ignored. In single quotes every character
 * stands for itself; in double quotes `
 * `, `\r`, `\t`, `\"`, `\\` and `\$` are escapes. Both may span several lines. A value without quotes ends at ` #` and
 * is trimmed. Nothing is expanded.
 */
export function parseEnvText(text: string, path: string): Record<string, string> {
  const variables = Object.create(null) as Record<string, string>
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!
    if (/^\s*(?:#|$)/.test(line)) continue
    const fault = (what: string): StartFault => invalid(`${path}:${position}: ${what}.`)
    const position = index + 1
    const [, name, beginning] = /^\s*(?:export\s+)?([^\s=]*)\s*=[ \t]*(.*)$/.exec(line) ?? []
    if (name === undefined || beginning === undefined) throw fault(`'${shortened(line)}' is no KEY=VALUE`)
    if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw fault(`'${shortened(name)}' is no name for a variable`)
    if (text.includes('\0') && line.includes('\0')) throw fault(`${name} has a null character`)
    const quote = beginning[0]
    if (quote !== '"' && quote !== "'") {
      variables[name] = beginning.replace(/(?:^|\s)#.*$/, '').trim()
      continue
    }
    let rest = beginning.slice(1)
    let end = endOfQuoted(rest, quote)
    while (end === -1) {
      if (++index === lines.length) throw fault(`the value of ${name} begins with ${quote} and has no end`)
      rest += `\n${lines[index]!}`
      end = endOfQuoted(rest, quote)
    }
    if (!/^\s*(?:#.*)?$/.test(rest.slice(end + 1))) {
      throw fault(`something stands behind the closing ${quote} of ${name}`)
    }
    const quoted = rest.slice(0, end)
    variables[name] = quote === "'" ? quoted : unescaped(quoted)
  }
  return variables
}

function endOfQuoted(text: string, quote: '"' | "'"): number {
  if (quote === "'") return text.indexOf(quote)
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at
  }
  return -1
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
