import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { partsOf, readSources, type SourceFile } from './source-text.ts'

/** What a file imports of its own package, types included. */
function importedBy({ path, text }: SourceFile): string[] {
  const code = partsOf(text)
    .map((part) => (part.kind === 'comment' ? '' : part.text))
    .join('')
  const own = /\bfrom\s*['"](\.[^'"]+)['"]|\bimport\s*\(?\s*['"](\.[^'"]+)['"]/g
  return [...code.matchAll(own)].map((match) => posix.join(posix.dirname(path), match[1] ?? match[2]!))
}

/** The groups of files that import each other, directly or through others (Tarjan's algorithm). */
function circlesIn(files: readonly SourceFile[]): string[][] {
  const imports = new Map(files.map((file) => [file.path, importedBy(file)]))
  const numbers = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const circles: string[][] = []
  const visit = (path: string): void => {
    numbers.set(path, numbers.size)
    lowest.set(path, numbers.get(path)!)
    open.push(path)
    for (const next of imports.get(path)!) {
      if (!imports.has(next)) continue
      if (!numbers.has(next)) visit(next)
      if (open.includes(next)) lowest.set(path, Math.min(lowest.get(path)!, lowest.get(next)!))
    }
    if (lowest.get(path) !== numbers.get(path)) return
    const circle = open.splice(open.indexOf(path))
    if (circle.length > 1 || imports.get(path)!.includes(path)) circles.push(circle.toSorted())
  }
  for (const path of imports.keys()) if (!numbers.has(path)) visit(path)
  return circles
}

/** Records that own each other, by their types: a run has live tasks, and a live task has its run. */
const RECORDS = [['src/runtime/run/live-task.ts', 'src/runtime/run/run.ts']]

describe('the sources', () => {
  it('do not import each other in circles, types included, but for records that own each other', () => {
    expect(circlesIn(readSources(['machines', 'src'], ['.ts', '.tsx']))).toEqual(RECORDS)
  })
})

describe('the check of the circles', () => {
  const files = (texts: Readonly<Record<string, string>>): SourceFile[] =>
    Object.entries(texts).map(([path, text]) => ({ path, text }))

  it('finds two files that import each other, be it for a type', () => {
    const two = files({
      'src/a.ts': "import { b } from './b.ts'",
      'src/b.ts': "import type { A } from './a.ts'",
    })
    expect(circlesIn(two)).toEqual([['src/a.ts', 'src/b.ts']])
  })

  it('finds a longer way round, and a file that imports itself', () => {
    const round = files({
      'src/a.ts': "export { b } from './x/b.ts'",
      'src/x/b.ts': "const c = await import('../c.ts')",
      'src/c.ts': "import './a.ts'",
      'src/d.ts': "import type { D } from './d.ts'",
    })
    expect(circlesIn(round)).toEqual([['src/a.ts', 'src/c.ts', 'src/x/b.ts'], ['src/d.ts']])
  })

  it('lets pass what only meets again further down', () => {
    const diamond = files({
      'src/a.ts': "import './b.ts'\nimport './c.ts'",
      'src/b.ts': "import './d.ts'",
      'src/c.ts': "import './d.ts' // not './a.ts'",
      'src/d.ts': '',
    })
    expect(circlesIn(diamond)).toEqual([])
  })
})
