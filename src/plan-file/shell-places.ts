import { type Placeholder, placeholdersIn } from '../text/placeholders.ts'

/** A placeholder that stands where a quoted word would not be one, or would be taken for code. */
export interface Misplaced extends Placeholder {
  /** Where it stands: `inside quotes`. */
  readonly place: string
}

const shells = new Set(['sh', 'bash', 'dash', 'zsh'])

/** The name of a shell whose words and quotes are understood here, by its path or name; undefined for any other. */
export function knownShell(shell: string): string | undefined {
  const name = shell.slice(shell.lastIndexOf('/') + 1)
  return shells.has(name) ? name : undefined
}

/**
 * The placeholders of a shell's text that stand within quotes, substitutions, heredocs, comments or arithmetic, or
 * among the words of a command that takes them for code. What is not sure to be read as the shell reads it counts as
 * such a place from there on.
 */
export function misplacedIn(
  text: string,
  shell: string,
  isMeant: (name: string) => boolean,
): readonly Misplaced[] {
  const placeholders = placeholdersIn(text).filter(({ name }) => isMeant(name))
  return placeholders.length === 0 ? [] : new ShellReader(text, shell, placeholders).read()
}

/** Their arguments are code, names of variables, or arithmetic, in one of the shells. */
const takers = new Set(
  'eval let trap alias unset read getopts mapfile readarray integer float repeat source . exit return break continue shift wait ulimit'.split(
    ' ',
  ),
)
/** In zsh these take arithmetic. */
const takersInZsh = new Set(['print', 'printf'])
/** They take names of variables, or arithmetic, after these options and beside these operators. */
const testers = new Set(['test', '[', 'printf'])
const testOption = /^-(?:v|R|eq|ne|lt|le|gt|ge)$/
const testOperator = /[ \t]+-(?:eq|ne|lt|le|gt|ge)\b/y
/** They take names, too, but what follows `name=` is a value. */
const declarers = new Set(['declare', 'typeset', 'local', 'readonly', 'export'])
const interpreters = /^(?:\S*\/)?(?:sh|bash|dash|zsh|ksh|ash)$/
const scriptOption = /^-\w*c$/
/** What they are given is read by a shell elsewhere. */
const remote = /^(?:\S*\/)?(?:ssh|su|watch)$/

const simpleParameter = /\$\{[^}'"\\`$(){]*\}/y
const simpleArithmetic = /\$\(\([\w\s+\-*/%$<>=!&|?:,~^]*\)\)/y
const heredoc = /<<(-?)[ \t]*(?:'([\w.-]+)'|"([\w.-]+)"|([\w.-]+))(?=[\s;&|)<>]|$)/y

interface Frame {
  readonly kind: 'quotes' | 'substitution'
  /** What is open within it, for a substitution. */
  parens: number
  readonly command: SimpleCommand
  readonly word: string
}

/** What is known of the words of a simple command so far. */
interface SimpleCommand {
  readonly last: string
  /** The word that makes its arguments more than texts. */
  readonly taker?: string
  readonly declarer?: string
  readonly isInterpreted?: 'always' | 'as script'
  readonly isTest?: true
  readonly hasOption?: true
}

const noWords: SimpleCommand = { last: '' }

class ShellReader {
  readonly #text: string
  readonly #misplaced: Misplaced[] = []
  readonly #stack: Frame[] = []
  readonly #heredocs: { readonly delimiter: string; readonly stripsTabs: boolean }[] = []
  readonly #isZsh: boolean
  readonly #placeholders: readonly Placeholder[]
  #next = 0
  #command = noWords
  /** Within `[[ … ]]` of bash and zsh. */
  #isInTest = false
  /** Without its quotes. */
  #word = ''
  #isWordStart = true
  /** Why nothing that follows is sure. */
  #lost: string | undefined

  constructor(text: string, shell: string, placeholders: readonly Placeholder[]) {
    this.#text = text
    this.#isZsh = shell === 'zsh'
    this.#placeholders = placeholders
  }

  read(): readonly Misplaced[] {
    for (let at = 0; at < this.#text.length; ) {
      const placeholder = this.#placeholderAt(at)
      if (placeholder === undefined) at = this.#step(at)
      else {
        this.#next++
        this.#judge(placeholder)
        this.#add('${}')
        at = placeholder.to
      }
    }
    return this.#misplaced
  }

  #placeholderAt(at: number): Placeholder | undefined {
    const next = this.#placeholders[this.#next]
    return next?.from === at ? next : undefined
  }

  #judge(placeholder: Placeholder): void {
    const place = this.#lost ?? this.#placeHere(placeholder)
    if (place !== undefined) this.#misplaced.push({ ...placeholder, place })
  }

  #placeHere({ from, to }: Placeholder): string | undefined {
    const before = this.#text[from - 1]
    const frame = this.#stack.at(-1)
    if (frame !== undefined) {
      return frame.kind === 'quotes' ? 'inside quotes' : 'inside a command substitution'
    }
    if (before === '\\' || before === '$') return `after a ${before}`
    if (this.#word.includes('[')) return 'inside a subscript'
    if (this.#isInTest) return 'inside [[ … ]], which may take it for code'
    const { taker, declarer, isInterpreted, isTest, hasOption, last } = this.#command
    if (taker !== undefined) return `among the arguments of ${taker}, which may take it for code`
    if (declarer !== undefined && (hasOption === true || !/^[A-Za-z_]\w*=/.test(this.#word))) {
      return `among the arguments of ${declarer}, which may take it for code`
    }
    testOperator.lastIndex = to
    if (isTest === true && (testOption.test(last) || testOperator.test(this.#text))) {
      return `in or after arithmetic`
    }
    const isScript = isInterpreted === 'as script' && scriptOption.test(last)
    return isScript || isInterpreted === 'always' ? 'where another shell reads it as code' : undefined
  }

  /** Reads on from a place where no placeholder begins, and gives the next one. */
  #step(at: number): number {
    if (this.#stack.at(-1)?.kind === 'quotes') return this.#stepInQuotes(at)
    const sign = this.#text[at]!
    switch (sign) {
      case '\\':
        return this.#stepOverEscape(at)
      case "'":
        return this.#skipTo(this.#text.indexOf("'", at + 1), at, 'inside quotes')
      case '"':
        this.#push('quotes')
        return at + 1
      case '`':
        return this.#skipBackticks(at)
      case '$':
        return this.#stepOverDollar(at)
      case '#':
        if (!this.#isWordStart) break
        if (this.#stack.length > 0) this.#lose('after a comment in a command substitution')
        return this.#skip(endOfLine(this.#text, at), at, 'inside a comment')
      case '<':
      case '>':
        return this.#stepOverRedirection(at, sign)
      case '=':
        if (this.#text[at + 1] !== '(') break
        this.#push('substitution')
        return at + 2
      case '(':
        return this.#open(at)
      case ')':
        return this.#close(at)
      case '\n':
        this.#endCommand()
        return this.#stack.length === 0 ? this.#skipHeredocs(at + 1) : at + 1
      case ';':
        this.#endCommand()
        return at + 1
      case '&':
      case '|':
        // As in 2>&1, &> and >|, which end no command.
        if (!/[<>]/.test(this.#text[at - 1] ?? '') && this.#text[at + 1] !== '>') this.#endCommand()
        this.#isWordStart = true
        return at + 1
      case ' ':
      case '\t':
        this.#endWord()
        return at + 1
      default:
    }
    this.#add(sign)
    return at + 1
  }

  #stepInQuotes(at: number): number {
    const sign = this.#text[at]!
    switch (sign) {
      case '"':
        this.#pop()
        return at + 1
      case '\\':
        return this.#stepOverEscape(at)
      case '`':
        return this.#skipBackticks(at)
      case '$':
        if (this.#text[at + 1] !== "'") return this.#stepOverDollar(at)
        break
      default:
    }
    this.#add(sign)
    return at + 1
  }

  #stepOverEscape(at: number): number {
    if (this.#placeholderAt(at + 1) !== undefined) return at + 1
    const next = this.#text[at + 1] ?? ''
    // A line that goes on leaves a word as it is.
    if (next !== '\n') this.#add(next)
    return at + 2
  }

  #stepOverDollar(at: number): number {
    const text = this.#text
    const next = text[at + 1]
    if (next === '(') {
      if (text[at + 2] !== '(') {
        this.#push('substitution')
        return at + 2
      }
      return this.#skipSimple(simpleArithmetic, at, 'in or after arithmetic')
    }
    if (next === '{') {
      return this.#skipSimple(simpleParameter, at, 'in or after ${…} with something in it')
    }
    if (next === "'") this.#lose("after $'")
    if (next === '[') this.#lose('in or after arithmetic')
    this.#add('$')
    return at + 1
  }

  #skipSimple(pattern: RegExp, at: number, place: string): number {
    pattern.lastIndex = at
    const found = pattern.exec(this.#text)
    const end = at + (found?.[0].length ?? 0)
    if (found === null) {
      this.#lose(place)
      return at + 1
    }
    this.#add('$')
    return end
  }

  #stepOverRedirection(at: number, sign: string): number {
    const text = this.#text
    this.#endWord()
    if (text[at + 1] === '(') {
      this.#push('substitution')
      return at + 2
    }
    if (sign === '>' || text[at + 1] !== '<') return at + 1
    if (text[at + 2] === '<') return at + 3
    heredoc.lastIndex = at
    const found = heredoc.exec(text)
    if (found === null || this.#stack.length > 0) {
      this.#lose('after a heredoc')
      return at + 2
    }
    const [whole, dash, single, double, bare] = found
    this.#heredocs.push({ delimiter: (single ?? double ?? bare)!, stripsTabs: dash === '-' })
    return at + whole.length
  }

  #skipBackticks(at: number): number {
    const end = this.#text.indexOf('`', at + 1)
    if (end === -1 || /[\\'"#]|<</.test(this.#text.slice(at + 1, end))) this.#lose('in or after backticks')
    return this.#skipTo(end, at, 'inside a command substitution')
  }

  #open(at: number): number {
    if (this.#text[at + 1] === '(') this.#lose('in or after arithmetic')
    this.#endCommand()
    const frame = this.#stack.at(-1)
    if (frame !== undefined) frame.parens++
    return at + 1
  }

  #close(at: number): number {
    const frame = this.#stack.at(-1)
    this.#endCommand()
    if (frame === undefined) return at + 1
    if (frame.parens > 0) frame.parens--
    else this.#pop()
    return at + 1
  }

  /** Passes the bodies of the heredocs that the line has begun. */
  #skipHeredocs(from: number): number {
    let at = from
    for (const { delimiter, stripsTabs } of this.#heredocs.splice(0)) {
      for (let isBody = true; isBody && at < this.#text.length; ) {
        const end = endOfLine(this.#text, at)
        const line = this.#text.slice(at, end)
        isBody = (stripsTabs ? line.replace(/^\t+/, '') : line) !== delimiter
        at = this.#skip(Math.min(end + 1, this.#text.length), at, 'inside a heredoc')
      }
    }
    this.#isWordStart = true
    return at
  }

  /** Skips a quoted part, whose end is found or not. */
  #skipTo(end: number, from: number, place: string): number {
    const to = end === -1 ? this.#text.length : end + 1
    this.#add(this.#text.slice(from + 1, end === -1 ? to : end))
    return this.#skip(to, from, place)
  }

  #skip(to: number, from: number, place: string): number {
    for (let next = this.#placeholders[this.#next]; next !== undefined && next.from < to; ) {
      this.#misplaced.push({ ...next, place: this.#lost ?? place })
      next = this.#placeholders[++this.#next]
    }
    return to
  }

  #push(kind: Frame['kind']): void {
    // A heredoc would begin somewhere within.
    if (this.#heredocs.length > 0) this.#lose('after a heredoc')
    this.#stack.push({ kind, parens: 0, command: this.#command, word: this.#word })
    if (kind === 'quotes') return
    this.#command = noWords
    this.#word = ''
    this.#isWordStart = true
  }

  #pop(): void {
    const frame = this.#stack.pop()!
    if (frame.kind === 'substitution') {
      this.#command = frame.command
      this.#word = `${frame.word}$`
    }
    this.#isWordStart = false
  }

  #add(text: string): void {
    this.#word += text
    this.#isWordStart = false
  }

  #endWord(): void {
    this.#isWordStart = true
    const word = this.#word
    if (word === '') return
    this.#word = ''
    if (word === '[[') this.#isInTest = true
    if (word === ']]') this.#isInTest = false
    // Its patterns have parentheses that nothing opens.
    if (this.#stack.length > 0 && word === 'case') this.#lose('after a case in a command substitution')
    const before = this.#command
    // Variables whose values are arithmetic, or names of others.
    const isNumeric = word === 'integer' || word === 'float'
    if (isNumeric || (before.declarer !== undefined && /^[-+]\w*[inEF]/.test(word))) {
      this.#lose('after the declaration of variables that are more than texts')
    }
    this.#command = {
      ...before,
      last: word,
      ...(takers.has(word) || (this.#isZsh && takersInZsh.has(word)) ? { taker: word } : {}),
      ...(declarers.has(word) ? { declarer: word } : {}),
      ...(interpreters.test(word) ? { isInterpreted: 'as script' } : {}),
      ...(remote.test(word) ? { isInterpreted: 'always' } : {}),
      ...(testers.has(word) ? { isTest: true } : {}),
      ...(word.startsWith('-') ? { hasOption: true } : {}),
    }
  }

  #endCommand(): void {
    this.#endWord()
    this.#command = noWords
  }

  #lose(place: string): void {
    this.#lost ??= place
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}
