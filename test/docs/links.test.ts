import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { allPages, anchorsOf, isThere, linksOf, pageAt, readFile } from './pages.ts'

const pages = allPages()
const links = pages.flatMap((page) =>
  linksOf(page)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [path, anchor] = target.split('#', 2)
      const to = path === '' ? page.path : posix.join(posix.dirname(page.path), path!)
      return { from: page.path, to, anchor }
    }),
)

describe('the links in the documentation', () => {
  it('are found at all', () => {
    expect(links.length).toBeGreaterThan(30)
  })

  it('lead to files that are there', () => {
    expect(links.filter(({ to }) => !isThere(to))).toEqual([])
  })

  it('lead to headings that are there', () => {
    const lost = links.filter(({ to, anchor }) => anchor !== undefined && !anchorsOf(pageAt(to)).has(anchor))
    expect(lost).toEqual([])
  })

  it('lead to files that have what is named in front of them', () => {
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/`(\w+)`(?: and the lines above it)? in \[[^\]]+\]\(([^)#]+)\)/g)].map(
        ([, name, target]) => ({
          name: name!,
          to: posix.join(posix.dirname(path), target!),
        }),
      ),
    )
    expect(named.length).toBeGreaterThan(15)
    expect(named.filter(({ name, to }) => !new RegExp(`\\b${name}\\b`).test(readFile(to)))).toEqual([])
  })

  it('lead from page to page in the package, too', () => {
    expect(manifest.files).toEqual(expect.arrayContaining(['README.md', 'docs']))
  })
})
