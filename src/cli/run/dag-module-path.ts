import { extname } from 'node:path'

const endings: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])

/** True for a file that Node loads as a module, rather than a plan in YAML or JSON. */
export function isDagModule(path: string): boolean {
  return endings.has(extname(path).toLowerCase())
}
