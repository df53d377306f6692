import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { lineAt, partsOf, readSources, type SourceFile } from './source-text.ts'

const FLOORS: Readonly<Record<string, number>> = {
  machines: 0,
  containers: 0,
  errors: 1,
  text: 1,
  chance: 1,
  time: 1,
  system: 1,
  graph: 2,
  scheduling: 3,
  events: 3,
  ports: 4,
  executors: 5,
  stores: 5,
  agents: 5,
  runtime: 6,
  metrics: 7,
  inspector: 7,
  testing: 7,
  'plan-file': 7,
  simulation: 7,
  check: 8,
  jobs: 8,
  cli: 9,
}
/**
 * The floors within a folder that has rooms. A room is a folder in it, or a file that lies directly in it. It imports
 * itself and lower rooms of its folder.
 */
const ROOMS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  runtime: {
    commit: 0,
    compile: 0,
    'runtime-closed': 0,
    'on-abort': 0,
    actor: 1,
    admission: 1,
    shared: 2,
    run: 3,
    attempt: 4,
    agents: 4,
    steps: 5,
    logic: 6,
    handle: 6,
    'runtime-actor': 6,
    'run-registry': 7,
    options: 7,
    'dispatch-options': 7,
    'shutdown-options': 7,
    'standstill-watch': 7,
    'store-silent': 7,
    durable: 8,
    'warm-run': 8,
    'keep-warm': 9,
    consume: 9,
    'create-runtime': 10,
  },
  testing: { facts: 0, conformance: 0, invariants: 1, law: 2, any: 3, rehearsal: 4, model: 4 },
  check: { variants: 0, explore: 1, options: 1, report: 2, watchers: 3, 'check-dag': 4, index: 5 },
}
const PURE = ['machines', 'containers', 'errors', 'text', 'chance', 'time', 'graph', 'scheduling', 'events']
const PACKAGES = ['xstate', 'rxjs', '@standard-schema/spec']
/** What runs in a browser: it loads nothing that is not pure, and nobody imports it. */
const PAGE = 'src/inspector/page/'
const PAGE_PACKAGES = ['preact', '@preact/signals-core']
const PROTOCOL = 'src/inspector/protocol.ts'
const NOT_IN_INDEX = ['testing', 'inspector', 'plan-file', 'simulation', 'check', 'jobs', 'cli']
/** What the package's entry points list lies directly in src: a file an entry that has no folder of its own. */
const ENTRIES: Readonly<Record<string, string>> = {
  'src/index.ts': 'index',
  'src/terminal.ts': 'terminal entry',
  'src/testing.ts': 'testing entry',
}
const VAGUE_NAME = /(?:^|[-./])(?:utils?|helpers?|common|misc|managers?)(?=[-./])/
const MOST_LINES = 400

/** Places with an entry of their own may have dependencies of their own: `import 'dagmar'` does not load them. */
const SUBPATHS = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' || name === '.' || name === './machines'
    ? []
    : [target.types.replace('./dist/types/', '').replace(/(\/index)?\.d\.ts$/, '')],
)

interface Import {
  readonly specifier: string
  readonly line: number
  readonly star: boolean
}

function importsOf({ text }: SourceFile): Import[] {
  // Comments and the contents of unrelated strings are blanked, so that an example in a doc comment is no import.
  const code = partsOf(text)
    .map((part) => (part.kind === 'comment' ? part.text.replace(/[^\n]/g, ' ') : part.text))
    .join('')
  const statement =
    /(?:^|[\n;])\s*(import|export)\b(?:\s+type\b)?\s*((?:[\w$*,\s]|\{[^}]*\})*?)\s*\bfrom\s*['"]([^'"]+)['"]/g
  const bare = /(?:^|[\n;])\s*import\s*['"]([^'"]+)['"]/g
  const dynamic = /\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g
  return [
    ...[...code.matchAll(statement)].map((match) => ({
      specifier: match[3]!,
      line: lineAt(code, match.index + match[0].length),
      star: match[1] === 'export' && match[2]!.startsWith('*'),
    })),
    ...[...code.matchAll(bare), ...code.matchAll(dynamic)].map((match) => ({
      specifier: match[1]!,
      line: lineAt(code, match.index + match[0].length),
      star: false,
    })),
  ]
}

/** `machines`, a folder of src, the name of an entry, or nothing for a file that has no place. */
function placeOf(path: string): string | undefined {
  if (ENTRIES[path] !== undefined) return ENTRIES[path]
  const [first, second, third] = path.split('/')
  if (first === 'machines') return 'machines'
  return first === 'src' && third !== undefined ? second : undefined
}

/** A folder directly in a place, or a file there without its ending. */
function roomOf(path: string): string {
  return path.split('/')[2]!.replace(/\.ts$/, '')
}

const underAny = (path: string, places: readonly string[]): boolean =>
  places.some((place) => path === `${place}.ts` || path.startsWith(`${place}/`))

function whyNotInside(path: string, target: string): string | undefined {
  const [from, to] = [placeOf(path)!, placeOf(target)]
  if (to === undefined) {
    return from === 'cli' && target === 'package.json' ? undefined : 'it leads out of machines/ and src/'
  }
  if (from === 'index') return NOT_IN_INDEX.includes(to) ? `src/index.ts must not load ${to}/` : undefined
  if (Object.values(ENTRIES).includes(to))
    return 'an entry is the top: import the file that holds what you need'
  if (from === 'testing entry' || from === 'terminal entry') return undefined
  if (path.startsWith(PAGE) !== target.startsWith(PAGE)) {
    if (!path.startsWith(PAGE)) return 'the page is a program of its own'
    if (target !== PROTOCOL && !PURE.includes(to)) return `the page runs in a browser: ${to}/ is not pure`
  }
  if (from !== to) return whyNotDown([from, FLOORS[from]], [to, FLOORS[to]], 'src/')
  const rooms = ROOMS[from]
  if (rooms === undefined) return undefined
  const [own, other] = [roomOf(path), roomOf(target)]
  if (own === other) return undefined
  return whyNotDown([own, rooms[own]], [other, rooms[other]], `src/${from}/`)
}

type Floor = readonly [name: string, floor: number | undefined]

function whyNotDown([from, own]: Floor, [to, other]: Floor, where: string): string | undefined {
  if (own === undefined || other === undefined)
    return `${where}${own === undefined ? from : to}/ has no floor`
  if (other < own) return undefined
  return other === own
    ? `${from}/ and ${to}/ are siblings on floor ${own}`
    : `${from}/ is on floor ${own}, ${to}/ above it on floor ${other}`
}

function whyNotOutside(path: string, place: string, specifier: string): string | undefined {
  if (path.startsWith(PAGE)) {
    const isOfPage = PAGE_PACKAGES.some((name) => specifier === name || specifier.startsWith(`${name}/`))
    return isOfPage ? undefined : `the page is made of ${PAGE_PACKAGES.join(' and ')} alone`
  }
  if (specifier.startsWith('node:')) {
    return PURE.includes(place) ? `${place}/ is pure: no node: builtins` : undefined
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  if (name === manifest.name) return 'the package must not import itself by its name'
  if (PACKAGES.includes(name) || NOT_IN_INDEX.includes(place) || underAny(path, SUBPATHS)) return undefined
  return `${name} is not among ${PACKAGES.join(', ')}, and this place has no entry of its own in package.json`
}

function badImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const place = placeOf(file.path)
    if (place === undefined)
      return [`${file.path}: only the entries lie directly in src/, put it into a folder`]
    if (ENTRIES[file.path] === undefined && FLOORS[place] === undefined) {
      return [`${file.path}: src/${place}/ is unknown, give it a floor in test/architecture/floors.test.ts`]
    }
    return importsOf(file).flatMap(({ specifier, line, star }) => {
      const target = posix.join(posix.dirname(file.path), specifier)
      const reason = star
        ? 'export * hides what is public: list the names'
        : specifier.startsWith('.')
          ? whyNotInside(file.path, target)
          : whyNotOutside(file.path, place, specifier)
      return reason === undefined ? [] : [`${file.path}:${line} imports '${specifier}': ${reason}`]
    })
  })
}

/** What in src/ports would still be there at run time. */
function runtimeCodeInPorts(files: readonly SourceFile[]): string[] {
  const emits =
    /^(?:export\s+(?!type\b|interface\b|declare\b)|import\b(?!\s+type\b)|(?:const|let|var|function|async|class|abstract|enum)\b)[^\n]*/gm
  return files
    .filter((file) => placeOf(file.path) === 'ports')
    .flatMap((file) => {
      const code = partsOf(file.text)
        .map((part) => (part.kind === 'comment' ? part.text.replace(/[^\n]/g, ' ') : part.text))
        .join('')
      return [...code.matchAll(emits)].map(
        (match) => `${file.path}:${lineAt(code, match.index)} is not types only: ${match[0]}`,
      )
    })
}

function badShapes(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length
    return [
      ...(lines > MOST_LINES ? [`${path}: ${lines} lines, split it at ${MOST_LINES}`] : []),
      ...(VAGUE_NAME.test(path) ? [`${path}: name it for what it holds`] : []),
    ]
  })
}

const files = readSources(['machines', 'src'], ['.ts', '.tsx'])

describe('the floors', () => {
  it('hold: a file imports its own folder, lower floors and the few packages allowed', () => {
    expect(badImports(files)).toEqual([])
  })

  it('have ports made of types alone', () => {
    expect(runtimeCodeInPorts(files)).toEqual([])
  })

  it('are made of small files with telling names', () => {
    expect(badShapes(files)).toEqual([])
    expect(badShapes(readSources(['packages/xstate-inspect/src'], ['.ts']))).toEqual([])
  })
})

describe('the checks of the floors', () => {
  const bad = (path: string, text: string) => badImports([{ path, text }])

  it.each([
    ['src/graph/plan.ts', "import { run } from '../runtime/run.ts'", 'above it on floor 6'],
    ['src/graph/plan.ts', "import type {\n  Run,\n} from '../runtime/run.ts'", 'src/graph/plan.ts:3 '],
    ['src/graph/plan.ts', "export type { Run } from '../runtime/run.ts'", 'above it'],
    ['src/graph/plan.ts', "const run = await import('../runtime/run.ts')", 'above it'],
    ['src/stores/memory.ts', "import { inline } from '../executors/inline.ts'", 'siblings on floor 5'],
    [
      'machines/task.ts',
      "import { DagmarError } from '../src/errors/dagmar-error.ts'",
      'above it on floor 1',
    ],
    ['src/index.ts', "export { simulate } from './testing/simulate.ts'", 'must not load testing/'],
    ['src/graph/plan.ts', "import { dag } from '../index.ts'", 'is the top'],
    ['src/graph/plan.ts', "import { dag } from 'dagmar'", 'by its name'],
    ['src/graph/plan.ts', "import { readFileSync } from 'node:fs'", 'is pure'],
    ['src/runtime/run.ts', "import 'lodash/fp'", 'lodash is not among'],
    ['src/graph/index.ts', "export * from './plan.ts'", 'list the names'],
    ['src/graph/index.ts', "export * as graph from './plan.ts'", 'list the names'],
    ['src/check/options.ts', "import { law } from './watchers/rules.ts'", 'above it on floor 3'],
    ['src/testing/model/plain-run.ts', "import '../rehearsal/play.ts'", 'siblings on floor 4'],
    ['src/testing/loose.ts', "import { law } from './law/law.ts'", 'src/testing/loose/ has no floor'],
    ['src/inspector/page/main.tsx', "import { ws } from 'ws'", 'made of preact'],
    ['src/inspector/page/main.tsx', "import '../server/serve.ts'", 'runs in a browser'],
    ['src/inspector/page/main.tsx', "import '../../runtime/run/run.ts'", 'runs in a browser'],
    ['src/inspector/index.ts', "import './page/main.tsx'", 'program of its own'],
    ['src/shiny/new.ts', '', 'give it a floor'],
    ['src/loose.ts', '', 'put it into a folder'],
    ['src/graph/plan.ts', "import { it } from '../../test/it.ts'", 'leads out'],
  ])('find the fault of %s: %s', (path, text, reason) => {
    expect(bad(path, text)).toEqual([expect.stringContaining(reason)])
  })

  it('let good imports pass, and examples in comments', () => {
    const text = [
      "import { createActor } from 'xstate'",
      "import { map } from 'rxjs/operators'",
      "import { spawn } from 'node:child_process'",
      "import type { Plan } from '../graph/plan.ts'",
      "import { taskMachine } from '../../machines/task.ts'",
      "import { Slots } from './slots.ts'",
      "/** @example\n * ```ts\nimport { dag } from 'dagmar'\n * ``` */",
      "// import { run } from '../cli/run.ts'",
    ].join('\n')
    expect(bad('src/executors/inline.ts', text)).toEqual([])
    expect(bad('src/cli/run.ts', "import { Command } from 'commander'")).toEqual([])
  })

  it.each([
    'export const port = 1',
    "import { Plan } from '../graph/plan.ts'",
    'export class Port {}',
    "export { type Plan } from '../graph/plan.ts'",
  ])('find what is not a type in ports: %s', (text) => {
    const port = (line: string) => ({ path: 'src/ports/store.ts', text: line })
    expect(runtimeCodeInPorts([port(text)])).toHaveLength(1)
    expect(
      runtimeCodeInPorts([port('/**\n * const\n */\nexport interface Store {\n  import: 1\n}')]),
    ).toEqual([])
  })

  it('find long files and vague names', () => {
    expect(badShapes([{ path: 'src/time/clock.ts', text: 'x\n'.repeat(401) }])).toHaveLength(1)
    for (const path of ['src/time/utils.ts', 'src/time/helpers/x.ts', 'src/runtime/run-manager.ts']) {
      expect(badShapes([{ path, text: '' }])).toHaveLength(1)
    }
    expect(badShapes([{ path: 'src/time/clock.ts', text: 'x\n'.repeat(400) }])).toEqual([])
  })
})
