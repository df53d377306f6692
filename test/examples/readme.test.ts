import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const readme = read('README.md')

describe('the README', () => {
  it('shows the code of the example that is run', () => {
    const shown = /```js\n([\s\S]*?)```/.exec(readme)?.[1]
    const example = read('examples/00-readme.ts')
    expect(shown?.trim()).toBe(example.slice(example.indexOf('import ')).trim())
  })

  it('names each guarantee as its law does, in the file that it links to', () => {
    const rows = [...readme.matchAll(/^\| \d+ \| (.+?) \| \[.+?\]\((test\/laws\/.+?)\) \|$/gm)]
    const missing = rows.filter(([, name, file]) => !read(file!).replaceAll("\\'", "'").includes(name!))
    expect(rows).toHaveLength(12)
    expect(missing.map(([, name]) => name)).toEqual([])
  })

  it('has every code that an error can have', () => {
    const codes = [...read('src/errors/dagmar-error.ts').matchAll(/^ {2}\| '([A-Z_]+)'$/gm)].map(
      ([, code]) => code!,
    )
    expect(codes.length).toBeGreaterThan(10)
    expect(codes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
  })

  it('links to files that are there', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path!)
    expect(links.length).toBeGreaterThan(5)
    for (const path of links)
      expect(() => read(path === 'examples' ? 'examples/01-hello-dag.ts' : path)).not.toThrow()
  })
})
