import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, type Program, type Statement } from 'oxc-parser'

/** A declaration by its file and its name there: `src/graph/plan.ts#Plan`. */
export type Declared = string

interface Source {
  readonly declarations: ReadonlyMap<string, readonly object[]>
  /** What a local name stands for that comes from another file. */
  readonly imports: ReadonlyMap<string, Declared>
  /** What other files get from this one, by the name that it has there. */
  readonly exports: ReadonlyMap<string, Declared>
}

const sources = new Map<string, Source>()

/** The declarations that a file exports, its own and those that it hands on. */
export function exportsOf(path: string): readonly Declared[] {
  return [...sourceOf(path).exports.values()].map(origin)
}

/**
 * The types of the project that are named by these declarations and by those that they name, each with who names it:
 * in the signatures of functions and in the members of types, but not in what functions do nor in what is private.
 */
export function typesReachedFrom(declared: Iterable<Declared>): ReadonlyMap<Declared, Declared> {
  const reached = new Map<Declared, Declared>()
  const open = new Set(declared)
  // A set gives out what is added to it meanwhile.
  for (const one of open) {
    const [path, name] = parts(one)
    const { declarations, imports } = sourceOf(path)
    for (const used of namesIn(declarations.get(name) ?? [])) {
      const local = declarations.has(used) ? `${path}#${used}` : imports.get(used)
      const target = local === undefined ? undefined : origin(local)
      if (target === undefined || target === one || !isType(target)) continue
      if (!reached.has(target)) reached.set(target, one)
      open.add(target)
    }
  }
  return reached
}

/** Whether it is known outside of its file. Otherwise it is only a part of how another type is written. */
export function isKnownOutside(declared: Declared): boolean {
  const [path, name] = parts(declared)
  return sourceOf(path).exports.has(name)
}

/** A value stands in `typeof`, and says what the type is without being part of it. */
function isType(declared: Declared): boolean {
  const [path, name] = parts(declared)
  return (sourceOf(path).declarations.get(name) ?? []).some((node) => typeOf(node) !== 'Identifier')
}

function typeOf(node: object): unknown {
  return 'type' in node ? node.type : undefined
}

function parts(declared: Declared): readonly [path: string, name: string] {
  const [path, name] = declared.split('#')
  return [path!, name!]
}

/** Where it is declared: a file may hand on what others declare. */
function origin(declared: Declared): Declared {
  const [path, name] = parts(declared)
  const { declarations, exports } = sourceOf(path)
  if (declarations.has(name)) return declared
  const next = exports.get(name)
  return next === undefined ? declared : origin(next)
}

function sourceOf(path: string): Source {
  const known = sources.get(path)
  if (known !== undefined) return known
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url))
  const { program } = parseSync(file, readFileSync(file, 'utf8'))
  const source: Source = {
    declarations: declarationsIn(program),
    imports: new Map(importsIn(program, path)),
    exports: new Map(exportsIn(program, path)),
  }
  sources.set(path, source)
  return source
}

function declarationsIn(program: Program): ReadonlyMap<string, readonly object[]> {
  const found = new Map<string, object[]>()
  for (const statement of program.body) {
    for (const [name, node] of declaredBy(statement)) {
      const before = found.get(name) ?? []
      // The body behind overloads has a signature that nobody sees.
      const isHidden = before.length > 0 && statement.type !== 'ExportNamedDeclaration'
      if (!isHidden && !isBodyOf(before, node)) found.set(name, [...before, node])
    }
  }
  return found
}

function isBodyOf(overloads: readonly object[], node: object): boolean {
  return overloads.length > 0 && typeOf(node) === 'FunctionDeclaration'
}

function declaredBy(statement: Statement): readonly (readonly [string, object])[] {
  const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
  if (inner?.type === 'VariableDeclaration') {
    return inner.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [[id.name, id] as const] : []))
  }
  const isNamed =
    inner?.type === 'TSInterfaceDeclaration' ||
    inner?.type === 'TSTypeAliasDeclaration' ||
    inner?.type === 'ClassDeclaration' ||
    inner?.type === 'FunctionDeclaration' ||
    inner?.type === 'TSDeclareFunction'
  return isNamed && inner.id !== null ? [[inner.id.name, inner]] : []
}

function importsIn(program: Program, path: string): readonly (readonly [string, Declared])[] {
  return program.body.flatMap((statement) => {
    if (statement.type !== 'ImportDeclaration') return []
    const from = fileNamed(statement.source.value, path)
    if (from === undefined) return []
    return statement.specifiers.flatMap((one) =>
      one.type === 'ImportSpecifier' && one.imported.type === 'Identifier'
        ? [[one.local.name, `${from}#${one.imported.name}`] as const]
        : [],
    )
  })
}

function exportsIn(program: Program, path: string): readonly (readonly [string, Declared])[] {
  return program.body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration') return []
    const from = statement.source === null ? path : fileNamed(statement.source.value, path)
    if (from === undefined) return []
    const handedOn = statement.specifiers.flatMap(({ local, exported }) =>
      local.type === 'Identifier' && exported.type === 'Identifier'
        ? [[exported.name, `${from}#${local.name}`] as const]
        : [],
    )
    return [...handedOn, ...declaredBy(statement).map(([name]) => [name, `${path}#${name}`] as const)]
  })
}

/** Undefined for packages. */
function fileNamed(specifier: string, importer: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(importer), specifier) : undefined
}

/** The names of types, and of values in `typeof`, that a declaration shows to those who use it. */
function namesIn(nodes: readonly object[]): ReadonlySet<string> {
  const names = new Set<string>()
  const own = new Set<string>()
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one)
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return
    const fields = node as Readonly<Record<string, unknown>>
    if (isPrivate(fields)) return
    if (fields['type'] === 'TSTypeParameter') own.add(nameOf(fields['name'])!)
    if (fields['type'] === 'TSMappedType') own.add(nameOf(fields['key'])!)
    for (const field of ['typeName', 'exprName', 'superClass']) {
      const name = nameOf(fields[field])
      if (name !== undefined) names.add(name)
    }
    if (fields['type'] === 'TSInterfaceHeritage' || fields['type'] === 'TSClassImplements') {
      const name = nameOf(fields['expression'])
      if (name !== undefined) names.add(name)
    }
    const isFunction = String(fields['type']).includes('Function') && fields['type'] !== 'TSFunctionType'
    for (const [field, value] of Object.entries(fields)) if (!(isFunction && field === 'body')) visit(value)
  }
  visit(nodes)
  return new Set([...names].filter((name) => !own.has(name)))
}

function nameOf(node: unknown): string | undefined {
  const fields = (node ?? {}) as Readonly<Record<string, unknown>>
  if (fields['type'] === 'Identifier') return String(fields['name'])
  return fields['type'] === 'TSQualifiedName' ? nameOf(fields['left']) : undefined
}

function isPrivate(fields: Readonly<Record<string, unknown>>): boolean {
  const key = fields['key'] as { readonly type?: string } | null | undefined
  return fields['accessibility'] === 'private' || key?.type === 'PrivateIdentifier'
}
