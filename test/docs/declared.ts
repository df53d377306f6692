import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Comment,
  parseSync,
  type Statement,
  type TSInterfaceDeclaration,
  type TSSignature,
  type TSType,
  type TSTypeAliasDeclaration,
} from 'oxc-parser'

/** A member of an interface or of an object type, as the source declares it. */
export interface Member {
  readonly name: string
  readonly isOptional: boolean
  /** What its doc comment says after `@default`; undefined where it has none. */
  readonly byDefault: string | undefined
}

interface Source {
  readonly path: string
  readonly text: string
  readonly comments: readonly Comment[]
  readonly types: ReadonlyMap<string, TSInterfaceDeclaration | TSTypeAliasDeclaration>
  /** By name, the file that something imported or handed on comes from. */
  readonly imports: ReadonlyMap<string, string>
}

/** A type and the file in which the names that it uses are looked up. */
interface Placed<Type = TSType | TSInterfaceDeclaration | TSTypeAliasDeclaration> {
  readonly type: Type
  readonly source: Source
}

const sources = new Map<string, Source>()

/**
 * The members of an interface or object type, with those that it takes from others. The file declares it, or exports it
 * from another one.
 */
export function membersOf(path: string, name: string): readonly Member[] {
  return membersIn(declared(sourceOf(path), name))
}

/** The texts of a type that is a union of texts. */
export function textsOf(path: string, name: string): readonly string[] {
  return alternativesOf(declared(sourceOf(path), name)).map(textOf)
}

/** The alternatives of a union of objects that are told apart by their `type`: the members of each, by that type. */
export function factsOf(path: string, name: string): ReadonlyMap<string, readonly Member[]> {
  const facts = new Map<string, readonly Member[]>()
  for (const alternative of alternativesOf(declared(sourceOf(path), name))) {
    const members = membersIn(alternative)
    for (const type of typesOf(alternative)) facts.set(type, members)
  }
  return facts
}

function sourceOf(path: string): Source {
  const known = sources.get(path)
  if (known !== undefined) return known
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url))
  const text = readFileSync(file, 'utf8')
  const { program, comments, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]!.message}`)
  const source: Source = {
    path,
    text,
    comments,
    types: new Map(program.body.flatMap(typeDeclaredIn)),
    imports: new Map(program.body.flatMap((statement) => importsIn(statement, path))),
  }
  sources.set(path, source)
  return source
}

function typeDeclaredIn(statement: Statement) {
  const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
  return inner?.type === 'TSInterfaceDeclaration' || inner?.type === 'TSTypeAliasDeclaration'
    ? [[inner.id.name, inner] as const]
    : []
}

/** What a file takes from others of the project, be it to use or to hand on. */
function importsIn(statement: Statement, path: string) {
  const isImport = statement.type === 'ImportDeclaration'
  if (!isImport && statement.type !== 'ExportNamedDeclaration') return []
  if (statement.source?.value.startsWith('.') !== true) return []
  const from = posix.join(posix.dirname(path), statement.source.value)
  return statement.specifiers.map(
    ({ local }) => [local.type === 'Identifier' ? local.name : '', from] as const,
  )
}

function declared(source: Source, name: string): Placed {
  const found = lookUp(source, name)
  if (found === undefined) throw new Error(`${source.path} knows no type ${name}.`)
  return found
}

function lookUp(source: Source, name: string): Placed | undefined {
  const type = source.types.get(name)
  if (type !== undefined) return { type, source }
  const from = source.imports.get(name)
  return from === undefined ? undefined : lookUp(sourceOf(from), name)
}

function referred({
  type,
  source,
}: Placed<Extract<TSType, { type: 'TSTypeReference' }>>): Placed | undefined {
  return type.typeName.type === 'Identifier' ? lookUp(source, type.typeName.name) : undefined
}

/** The alternatives of a union, and of the unions that it names. */
function alternativesOf({ type, source }: Placed): readonly Placed[] {
  if (type.type === 'TSUnionType') return type.types.flatMap((one) => alternativesOf({ type: one, source }))
  if (type.type === 'TSParenthesizedType' || type.type === 'TSTypeAliasDeclaration')
    return alternativesOf({ type: type.typeAnnotation, source })
  const target = type.type === 'TSTypeReference' ? referred({ type, source }) : undefined
  return target === undefined ? [{ type, source }] : alternativesOf(target)
}

/** The signatures of an object type: its own after those that it extends or is intersected with. */
function signaturesOf({ type, source }: Placed): readonly Placed<TSSignature>[] {
  if (type.type === 'TSTypeLiteral') return type.members.map((member) => ({ type: member, source }))
  if (type.type === 'TSParenthesizedType' || type.type === 'TSTypeAliasDeclaration')
    return signaturesOf({ type: type.typeAnnotation, source })
  if (type.type === 'TSIntersectionType')
    return type.types.flatMap((one) => signaturesOf({ type: one, source }))
  if (type.type === 'TSInterfaceDeclaration') {
    const inherited = type.extends.flatMap(({ expression }) =>
      expression.type === 'Identifier' ? signaturesOf(declared(source, expression.name)) : [],
    )
    return [...inherited, ...type.body.body.map((member) => ({ type: member, source }))]
  }
  const target = type.type === 'TSTypeReference' ? referred({ type, source }) : undefined
  if (target !== undefined) return signaturesOf(target)
  throw new Error(
    `${source.path} has a type that is written in a way that this reader does not know: ${type.type}.`,
  )
}

/** A member declared as `undefined` is none: it is there for the compiler to tell alternatives apart. */
function membersIn(type: Placed): readonly Member[] {
  const members = new Map<string, Member>()
  for (const { type: signature, source } of signaturesOf(type)) {
    if (signature.type !== 'TSPropertySignature' && signature.type !== 'TSMethodSignature') continue
    if (signature.type === 'TSPropertySignature' && isUndefined(signature.typeAnnotation?.typeAnnotation))
      continue
    const name = nameOf(signature, source)
    members.set(name, {
      name,
      isOptional: signature.optional,
      byDefault: defaultIn(commentBefore(signature.start, source)),
    })
  }
  return [...members.values()]
}

function isUndefined(type: TSType | undefined): boolean {
  return type?.type === 'TSUndefinedKeyword'
}

function nameOf({ key }: { readonly key: { start: number; end: number } }, { text }: Source): string {
  return text.slice(key.start, key.end).replace(/^(['"])(.*)\1$/, '$2')
}

function typesOf(alternative: Placed): readonly string[] {
  for (const { type: signature, source } of signaturesOf(alternative)) {
    if (signature.type !== 'TSPropertySignature' || nameOf(signature, source) !== 'type') continue
    return alternativesOf({ type: signature.typeAnnotation!.typeAnnotation, source }).map(textOf)
  }
  throw new Error(`${alternative.source.path} has an alternative without a type.`)
}

function textOf({ type, source }: Placed): string {
  if (type.type === 'TSLiteralType' && type.literal.type === 'Literal') return String(type.literal.value)
  throw new Error(`${source.path} has an alternative that is no text.`)
}

/** The doc comment that ends right before a place. */
function commentBefore(start: number, { comments, text }: Source): string {
  const comment = comments.findLast(({ end }) => end <= start)
  const isDoc = comment?.type === 'Block' && comment.value.startsWith('*')
  return isDoc && text.slice(comment.end, start).trim() === '' ? comment.value : ''
}

function defaultIn(comment: string): string | undefined {
  const [, said] = comment.replaceAll(/\n\s*\*/g, ' ').split('@default ')
  return said?.split(/\s@\w/, 1)[0]!.replaceAll(/\s+/g, ' ').trim()
}
