import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import limits from '../../.size-limit.json' with { type: 'json' }
import { readSources } from './source-text.ts'
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

/** The source files that those of a folder load when they are first used. */
function loadedLater(folder: string): readonly string[] {
  return readSources([folder], ['.ts']).flatMap(({ text }) =>
    [...text.matchAll(/\bimport\('[^']*\/([\w-]+)\.ts'\)/g)].map(([, name]) => name!),
  )
}

describe('what is loaded when it is first used', () => {
  it('lies in files of its own, which the size of an import does not count', () => {
    const files = new Set(loadedBy('index.js').files)
    const later: string[] = []
    // What is loaded later may load something later still.
    for (const file of files) {
      for (const [, chunk, name] of readFileSync(file, 'utf8').matchAll(
        /\bimport\("\.\/(([\w-]+)-[\w-]{8}\.js)"\)/g,
      )) {
        later.push(name!)
        files.add(join(dirname(file), chunk!))
      }
    }
    const names = [...loadedLater('src/executors'), ...loadedLater('src/runtime')].toSorted()
    expect(later.toSorted()).toEqual(names)
    expect(limits[0]!.ignore.filter((one) => one.startsWith('./')).toSorted()).toEqual(
      names.map((name) => `./${name}-*.js`),
    )
  })
})

describe('what is loaded at once', () => {
  it("by import 'dagmar' is a few files, and XState and RxJS", () => {
    const { files, packages } = loadedBy('index.js')
    expect(packages).toEqual(['rxjs', 'xstate'])
    expect(files.length).toBeLessThanOrEqual(5)
  })

  it('by the command line, before it knows the command, is nothing of what commands do', () => {
    const { files, packages } = loadedBy('command-line.js')
    expect(packages).toEqual([])
    expect(files.length).toBeLessThanOrEqual(4)
  })

  it('to dispatch a command is one file beside the one that every command begins with', () => {
    const folder = dirname(builtDagmar())
    const begun = readFileSync(join(folder, 'cli.js'), 'utf8')
    const [, quick] = /import\("\.\/(chunks\/quick-dispatch-[\w-]{8}\.js)"\)/.exec(begun) ?? []
    expect(loadedBy('cli.js')).toEqual({ files: [join(folder, 'cli.js')], packages: [] })
    expect(loadedBy(quick!)).toEqual({ files: [join(folder, quick!)], packages: [] })
  })

  it('to dispatch a plan is nothing that runs one', () => {
    const folder = join(dirname(builtDagmar()), 'chunks')
    const begun = readdirSync(folder).filter((name) =>
      /^(?:dispatch-command|dispatcher)-[\w-]{8}\.js$/.test(name),
    )
    expect(begun.length).toBeGreaterThanOrEqual(2)
    const packages = begun.flatMap((name) => loadedBy(`chunks/${name}`).packages)
    expect(new Set(packages)).not.toContain('xstate')
    expect(new Set(packages)).not.toContain('rxjs')
  })

  it("by import 'dagmar/plan-file' is nothing that runs a plan", () => {
    expect(loadedBy('plan-file.js').packages).toEqual(['valibot'])
  })

  it("by import 'dagmar/machines' and 'dagmar/compile' is XState, and nothing that runs a plan", () => {
    expect(loadedBy('machines.js').packages).toEqual(['xstate'])
    expect(loadedBy('compile.js').packages).toEqual(['xstate'])
  })
})
