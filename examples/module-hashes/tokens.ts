/** A piece of code. A string has no quotes; a template counts as a string when it has no `${}`. */
export interface Token {
  readonly kind: 'word' | 'string' | 'punctuator'
  readonly text: string
}

const space = /\s+|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
const word = /[\p{L}\p{N}\p{Nl}_$#@][\p{L}\p{N}\p{Nl}\p{M}\p{Pc}$\u200c\u200d]*/uy
// A string ends with its line at the latest: what opens it may be an apostrophe in the text of a tag.
const quoted =
  /'((?:[^'\\\n]+|\\(?:[\s\S]|$))*)(?:'|(?=\n)|$)|"((?:[^"\\\n]+|\\(?:[\s\S]|$))*)(?:"|(?=\n)|$)/y
const pattern = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const templatePart = /((?:[^`\\$]+|\\(?:[\s\S]|$)|\$(?!\{))*)(`|\$\{|$)/y

/** After these words a slash begins a regular expression; after any other it divides. */
const beforePattern: ReadonlySet<string> = new Set(
  'return typeof case do else in of instanceof new void delete throw yield await'.split(' '),
)

/** After these a slash divides: what they end has a value. */
const endsOfValues: ReadonlySet<string> = new Set([')', ']', '}', '`', '/ /'])

/** Splits code into words, strings and single characters; leaves out space, comments and regular expressions. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  /** For each `${` that is open: how many braces are open in it. */
  const braces: number[] = []
  let at = text.startsWith('#!') ? Math.max(0, text.indexOf('\n')) : 0
  const take = (shape: RegExp): RegExpExecArray | undefined => {
    shape.lastIndex = at
    const match = shape.exec(text)
    if (match === null) return undefined
    at += match[0].length
    return match
  }
  const takeTemplate = (isWhole: boolean): void => {
    const [, literal, end] = take(templatePart)!
    if (end === '${') {
      braces.push(0)
      tokens.push({ kind: 'punctuator', text: end })
    } else if (isWhole) tokens.push({ kind: 'string', text: literal! })
    else tokens.push({ kind: 'punctuator', text: '`' })
  }
  while (at < text.length) {
    if (take(space)) continue
    const name = take(word)
    if (name) {
      tokens.push({ kind: 'word', text: name[0] })
      continue
    }
    const string = take(quoted)
    if (string) {
      tokens.push({ kind: 'string', text: string[1] ?? string[2]! })
      continue
    }
    if (text[at] === '/' && mayBeginPattern(tokens.at(-1)) && take(pattern)) {
      tokens.push({ kind: 'punctuator', text: '/ /' })
      continue
    }
    const character = text.startsWith('...', at) ? '...' : text[at]!
    at += character.length
    const open = braces.at(-1)
    if (character === '`') takeTemplate(true)
    else if (character === '}' && open === 0) {
      braces.pop()
      takeTemplate(false)
    } else {
      if (open !== undefined && (character === '{' || character === '}')) {
        braces[braces.length - 1] = open + (character === '{' ? 1 : -1)
      }
      tokens.push({ kind: 'punctuator', text: character })
    }
  }
  return tokens
}

function mayBeginPattern(before: Token | undefined): boolean {
  if (before === undefined) return true
  if (before.kind === 'word') return beforePattern.has(before.text)
  return before.kind === 'punctuator' && !endsOfValues.has(before.text)
}
