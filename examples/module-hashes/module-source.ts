import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'

/** Where modules come from: paths with `/`, relative to a folder. */
export interface ModuleSource {
  /** Of all modules, sorted. */
  paths(): Promise<readonly string[]>
  read(path: string): Promise<string>
}

const isModule = /(?<!\.d)\.(?:ts|tsx|mts)$/
const skipped: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage', '.git'])

/** The TypeScript modules in a folder and below; links are not followed. */
export function folderSource(folder: string): ModuleSource {
  return {
    paths: async () => (await modulesIn(folder, '')).toSorted(),
    read: (path) => readFile(join(folder, path), 'utf8'),
  }
}

async function modulesIn(folder: string, below: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = posix.join(below, entry.name)
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : modulesIn(folder, path)
      return entry.isFile() && isModule.test(entry.name) ? [path] : []
    }),
  )
  return found.flat()
}

/** What a `.js` in a specifier may stand for, and so on; nothing, a folder's index, for a specifier without. */
const written: readonly (readonly [ending: RegExp, meant: readonly string[]])[] = [
  [/$/, ['', '.ts', '.tsx', '.mts', '/index.ts', '/index.tsx', '/index.mts']],
  [/\.jsx?$/, ['.ts', '.tsx']],
  [/\.mjs$/, ['.mts']],
]

/** The module that a relative specifier means in the module `from`; undefined for everything else. */
export function resolveImport(
  specifier: string,
  from: string,
  isKnown: (path: string) => boolean,
): string | undefined {
  if (!/^\.\.?(?:\/|$)/.test(specifier)) return undefined
  const path = posix.join(posix.dirname(from), specifier).replace(/\/$/, '')
  for (const [ending, meant] of written) {
    if (!ending.test(path)) continue
    for (const one of meant) {
      const candidate = posix.normalize(path.replace(ending, one))
      if (isKnown(candidate)) return candidate
    }
  }
  return undefined
}
