import { TokenReader } from './token-reader.ts'
import { tokensOf } from './tokens.ts'

export interface ModuleImport {
  readonly specifier: string
  /** Gone at run time: `import type`, `export type … from`, only `type` names in the braces, or an imported type. */
  readonly typeOnly: boolean
}

/** What a TypeScript module imports, in the order of its text; comments, strings and regular expressions are no code. */
export function scanImports(text: string): readonly ModuleImport[] {
  const tokens = tokensOf(text)
  const found: ModuleImport[] = []
  for (const [at, { kind, text: word }] of tokens.entries()) {
    const before = tokens[at - 1]?.text
    if (kind !== 'word' || before === '.') continue
    const reader = new TokenReader(tokens, at + 1)
    if (word === 'import') add(importAt(reader, before))
    if (word === 'export') add(exportAt(reader))
  }
  return found

  function add(one: ModuleImport | undefined): void {
    if (one !== undefined) found.push(one)
  }
}

function importAt(reader: TokenReader, before: string | undefined): ModuleImport | undefined {
  const bare = reader.takeString()
  if (bare !== undefined) return { specifier: bare, typeOnly: false }
  if (reader.take('(')) return callAt(reader, before)
  const typeOnly = reader.takeTypeKeyword()
  const isDefault = reader.isWord && !reader.isFrom
  if (isDefault) reader.skip()
  // `import a = require('./a')`
  if (isDefault && reader.take('=')) {
    const specifier = reader.take('require') && reader.take('(') ? reader.takeString() : undefined
    return specifier === undefined ? undefined : { specifier, typeOnly }
  }
  reader.take(',')
  return namesAt(reader, typeOnly, isDefault)
}

function exportAt(reader: TokenReader): ModuleImport | undefined {
  const typeOnly = reader.take('type')
  return reader.text === '{' || reader.text === '*' ? namesAt(reader, typeOnly, false) : undefined
}

/** `{ a as b, type C } from './a'`, `* as d from './a'`, or after a default name nothing but `from './a'`. */
function namesAt(reader: TokenReader, typeOnly: boolean, hasValue: boolean): ModuleImport | undefined {
  let names: readonly (readonly string[])[] = []
  if (reader.take('*')) {
    if (reader.take('as')) reader.skip()
  } else if (reader.take('{')) {
    names = reader.takeNames()
  }
  if (!reader.isFrom) return undefined
  reader.skip()
  const areTypes = !hasValue && names.length > 0 && names.every(isTypeName)
  return { specifier: reader.takeString()!, typeOnly: typeOnly || areTypes }
}

/** `type A`, `type A as B`; but `type` alone and `type as a` name a value that is called type. */
function isTypeName(words: readonly string[]): boolean {
  return words[0] === 'type' && (words.length === 2 || words.length === 4)
}

/** `import('./a')`, which is a type in `typeof import('./a')` and `import('./a').Name`. */
function callAt(reader: TokenReader, before: string | undefined): ModuleImport | undefined {
  const specifier = reader.takeString()
  if (specifier === undefined || (reader.text !== ')' && reader.text !== ',')) return undefined
  const hasMember = reader.take(')') && reader.take('.')
  return { specifier, typeOnly: before === 'typeof' || (hasMember && !ofPromises.has(reader.text)) }
}

/** The members that the promise of a dynamic import has; any other belongs to a type. */
const ofPromises: ReadonlySet<string> = new Set(['then', 'catch', 'finally'])
