import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtDagmar } from '../cli/built-dagmar.ts'

interface Loaded {
  readonly files: readonly string[]
  readonly packages: readonly string[]
}

/** What a bundle loads at once: the files of this package, and the packages. */
function loadedBy(entry: string): Loaded {
  const packages = new Set<string>()
  const files = new Set([join(dirname(builtDagmar()), entry)])
  for (const file of files) {
    for (const [, from] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\b[^'"();]*["']([^"']+)["'];?$/gm,
    )) {
      if (from!.startsWith('.')) files.add(join(dirname(file), from!))
      else if (!from!.startsWith('node:')) packages.add(from!)
    }
  }
  return { files: [...files], packages: [...packages].toSorted() }
}

describe('what is loaded at once', () => {
  it("by import 'dagmar' is a few files, and XState and RxJS", () => {
    const { files, packages } = loadedBy('index.js')
    expect(packages).toEqual(['rxjs', 'xstate'])
    expect(files.length).toBeLessThanOrEqual(5)
  })

  it('by the command line, before it knows the command, is nothing of what commands do', () => {
    const { files, packages } = loadedBy('cli.js')
    expect(packages).toEqual([])
    expect(files.length).toBeLessThanOrEqual(4)
  })

  it("by import 'dagmar/plan-file' is nothing that runs a plan", () => {
    expect(loadedBy('plan-file.js').packages).toEqual(['valibot', 'yaml'])
  })

  it("by import 'dagmar/machines' and 'dagmar/compile' is XState, and nothing that runs a plan", () => {
    expect(loadedBy('machines.js').packages).toEqual(['xstate'])
    expect(loadedBy('compile.js').packages).toEqual(['xstate'])
  })
})
