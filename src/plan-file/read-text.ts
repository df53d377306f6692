import {
  Composer,
  CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Pair,
  Parser,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import { show } from '../graph/read-values.ts'
import { type Place, Places } from './places.ts'

/** A YAML or JSON text as plain values, with their places. */
export interface ReadText {
  readonly value: unknown
  readonly places: Places
  readonly problems: readonly TextProblem[]
  readonly lineAndColumn: (offset: number) => { readonly line: number; readonly column: number }
}

export interface TextProblem {
  readonly offset: number
  readonly message: string
  readonly hint?: string
}

/** The package recurses into lists and objects, and a stack overflow there may abort the process. */
const deepest = 100

/** More would not fit into the memory that Node takes by default. Keys count, too. */
const mostNodes = 2_000_000
/** What a key, a value, a list or an object begins with, as the package cuts texts. */
const beginnings: ReadonlySet<string | undefined> = new Set([CST.SCALAR, '"', "'", '[', '{', '-', '?', '*'])

/** The most values that a text may stand for. Aliases let a short text stand for a long one. */
const mostValues = 500_000

/** Our own words, or advice, for messages of the package that say too little. */
const ownWords: Readonly<Record<string, { readonly message?: string; readonly hint?: string }>> = {
  TAB_AS_INDENT: { hint: 'Indent with spaces.' },
  BLOCK_AS_IMPLICIT_KEY: { hint: "Put quotes around a text that has ': ' in it." },
}

/** Reads YAML 1.2 with merge keys, which includes JSON. It checks the text, not the values. */
export function readText(text: string): ReadText {
  const lineCounter = new LineCounter()
  const { contents, problems } = parse(text, lineCounter)
  const reader = new NodeReader(lineCounter)
  const value = problems.length > 0 ? undefined : reader.read(contents)
  for (const problem of reader.problems) problems.push(problem)
  return {
    value,
    places: new Places(value, reader.entries),
    problems: onePerLine(problems, lineCounter),
    lineAndColumn(offset) {
      const { line, col } = lineCounter.linePos(offset)
      return { line: Math.max(1, line), column: Math.max(1, col) }
    },
  }
}

/** Like the package's `parseDocument`, but refuses texts that are nested too deeply. */
function parse(
  text: string,
  lineCounter: LineCounter,
): { readonly contents: unknown; readonly problems: TextProblem[] } {
  const parser = new Parser(lineCounter.addNewLine)
  const tokens: CST.Token[] = []
  lineCounter.addNewLine(0)
  const excess = excessIn(text)
  if (excess !== undefined) {
    const message = `The text has more than ${mostNodes} keys and values.`
    return { contents: undefined, problems: [{ offset: excess, message }] }
  }
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    // The document is the first on the stack.
    if (parser.stack.length <= deepest + 1) continue
    const message = `Lists and objects are nested more than ${deepest} deep here.`
    return { contents: undefined, problems: [{ offset: parser.offset, message }] }
  }
  for (const token of parser.end()) tokens.push(token)
  // Duplicate keys are found below, because the package compares every key with every other.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, merge: false })
  const [document, second] = composer.compose(tokens, true, text.length)
  const problems = [...document!.errors, ...document!.warnings].map(textProblem)
  if (second !== undefined) {
    const hint = 'A plan file is one document: no line with --- but the first.'
    problems.push({ offset: second.range[0], message: 'A second document begins here.', hint })
  }
  return { contents: document!.contents, problems }
}

/** Where the text begins to be too much to be parsed. Only cuts it, which needs no memory. */
function excessIn(text: string): number | undefined {
  if (text.length < mostNodes) return undefined
  let nodes = 0
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (beginnings.has(lexeme[0]) && ++nodes > mostNodes) return offset
    if (lexeme !== CST.SCALAR) offset += lexeme.length
  }
  return undefined
}

/** Reads each node once, so that aliases share the value of their anchor. */
class NodeReader {
  readonly problems: TextProblem[] = []
  readonly entries = new Map<object, Map<string | number, Place>>()
  readonly #lines: LineCounter
  readonly #anchored = new Map<string, { value: unknown; size: number; isOpen: boolean }>()
  #size = 0

  constructor(lines: LineCounter) {
    this.#lines = lines
  }

  read(node: unknown): unknown {
    this.#size++
    if (isAlias(node)) return this.#readAlias(node.source, offsetOf(node))
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined
    if (anchor === undefined) return this.#readContent(node)
    const entry: { value: unknown; size: number; isOpen: boolean } = { value: null, size: 0, isOpen: true }
    this.#anchored.set(anchor, entry)
    const before = this.#size
    entry.value = this.#readContent(node)
    entry.size = this.#size - before
    entry.isOpen = false
    return entry.value
  }

  #readAlias(name: string, offset: number): unknown {
    const entry = this.#anchored.get(name)
    if (entry === undefined || entry.isOpen) {
      const why =
        entry === undefined ? 'no anchor of that name stands before it' : 'it is inside of what it names'
      this.problems.push({ offset, message: `The alias *${name} leads nowhere: ${why}.` })
      return null
    }
    this.#size += entry.size
    if (this.#size <= mostValues) return entry.value
    if (this.#size - entry.size <= mostValues) {
      this.problems.push({
        offset,
        message: `With the alias *${name} the plan has more than ${mostValues} values.`,
        hint: 'Aliases of aliases multiply: name less with each.',
      })
    }
    return null
  }

  #readContent(node: unknown): unknown {
    if (isScalar(node)) return node.value
    if (isSeq(node)) {
      const list: unknown[] = []
      const places = new Map<string | number, Place>()
      for (const item of node.items) {
        places.set(list.length, placeOf(item, item))
        list.push(this.read(item))
      }
      this.entries.set(list, places)
      return list
    }
    return isMap(node) ? this.#readMap(node) : null
  }

  #readMap(node: YAMLMap): unknown {
    const object: Record<string, unknown> = {}
    const places = new Map<string | number, Place>()
    const merged: unknown[] = []
    for (const pair of node.items as Pair[]) {
      if (isScalar(pair.key) && pair.key.source === '<<' && pair.key.type === 'PLAIN') {
        merged.push(...this.#mergedBy(pair))
        continue
      }
      const key = this.#keyOf(pair, places)
      const value = this.read(pair.value)
      if (key === undefined) continue
      object[key] = value
      places.set(key, placeOf(pair.key, pair.value ?? pair.key))
    }
    // The object's own entries win over merged ones, and earlier merged ones over later ones.
    for (const source of merged) {
      for (const [key, place] of this.entries.get(source as object) ?? []) {
        if (places.has(key)) continue
        object[key] = (source as Readonly<Record<string, unknown>>)[key]
        places.set(key, place)
      }
    }
    this.entries.set(object, places)
    return object
  }

  #mergedBy(pair: Pair): unknown[] {
    const value = this.read(pair.value)
    const sources: unknown[] = Array.isArray(value) ? value : [value]
    const isSound = sources.every(
      (source) => typeof source === 'object' && source !== null && !Array.isArray(source),
    )
    if (isSound) return sources
    this.problems.push({
      offset: offsetOf(pair.key),
      message: 'The merge key << takes an object, or a list of objects.',
      hint: 'As in << : *name, where &name stands at an object.',
    })
    return []
  }

  #keyOf({ key }: Pair, places: ReadonlyMap<string | number, Place>): string | undefined {
    const offset = offsetOf(key)
    const value = isScalar(key) ? key.value : undefined
    const text = typeof value === 'string' ? value : isScalar(key) && value !== null ? key.source : undefined
    if (text === undefined || text === '__proto__') {
      const what = text === undefined ? 'This key is no text' : "'__proto__' is not safe as a key"
      this.problems.push({ offset, message: `${what}.` })
      return undefined
    }
    const first = places.get(text)
    if (first === undefined) return text
    const { line, col } = this.#lines.linePos(first.key)
    this.problems.push({
      offset,
      message: `The key ${show(text)} stands here for the second time.`,
      hint: `The first is at ${line}:${col}: rename or remove one of them.`,
    })
    return undefined
  }
}

function textProblem({ code, message, pos }: YAMLError): TextProblem {
  const text = /[.!?]$/.test(message) ? message : `${message}.`
  return { offset: pos[0], message: text, ...ownWords[code] }
}

function placeOf(key: unknown, value: unknown): Place {
  const written = isScalar(value) && typeof value.value !== 'string' ? value.source : undefined
  return { key: offsetOf(key), value: offsetOf(value), written }
}

function offsetOf(node: unknown): number {
  return (node as { readonly range?: readonly number[] | null } | null)?.range?.[0] ?? 0
}

/** One mistake makes the parser report several problems. The first one of each line is the one to mend. */
function onePerLine(problems: readonly TextProblem[], lines: LineCounter): TextProblem[] {
  const byLine = new Map<number, TextProblem>()
  for (const problem of problems.toSorted((a, b) => a.offset - b.offset)) {
    const { line } = lines.linePos(problem.offset)
    if (!byLine.has(line)) byLine.set(line, problem)
  }
  return [...byLine.values()]
}
