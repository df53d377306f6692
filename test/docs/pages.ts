import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const top = fileURLToPath(new URL('../../', import.meta.url))

/** A page of the documentation: its path from the top of the repository, and its text. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** A fenced block: the language after the fence, its text, and the line that it begins in. */
export interface Block {
  readonly page: string
  readonly language: string
  readonly text: string
  readonly line: number
}

/** A table: the heading of the page that it stands under, those of its columns, and the texts of its cells. */
export interface Table {
  readonly under: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function readFile(path: string): string {
  return readFileSync(`${top}${path}`, 'utf8')
}

export function isThere(path: string): boolean {
  return existsSync(`${top}${path}`)
}

export function pageAt(path: string): Page {
  return { path, text: readFile(path) }
}

/** The README and every page in docs/. */
export function allPages(): readonly Page[] {
  const names = readdirSync(`${top}docs`).filter((name) => name.endsWith('.md'))
  return ['README.md', ...names.toSorted().map((name) => `docs/${name}`)].map(pageAt)
}

export function blocksOf({ path, text }: Page): readonly Block[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page: path,
    language: match[1]!,
    text: match[2]!,
    line: text.slice(0, match.index).split('\n').length + 1,
  }))
}

function tablesOf({ text }: Page): readonly Table[] {
  const tables: Table[] = []
  let under = ''
  let lines: string[] = []
  for (const line of [...text.split('\n'), '']) {
    if (line.startsWith('|')) {
      lines.push(line)
      continue
    }
    if (lines.length > 0) {
      const [columns, , ...rows] = lines.map(cellsOf)
      tables.push({ under, columns: columns!, rows })
    }
    lines = []
    if (line.startsWith('#')) under = line.replace(/^#+ /, '')
  }
  return tables
}

/** The one table under a heading; where there are several, the one whose first column is called `corner`. */
export function tableUnder(page: Page, heading: string, corner?: string): Table {
  return only(
    page,
    heading,
    (table) => table.under === heading && (corner ?? table.columns[0]) === table.columns[0],
  )
}

/** The one table of a page whose first column is called `corner`. */
export function tableOf(page: Page, corner: string): Table {
  return only(page, corner, ({ columns }) => columns[0] === corner)
}

function only(page: Page, what: string, matches: (table: Table) => boolean): Table {
  const [table, ...others] = tablesOf(page).filter(matches)
  if (table === undefined || others.length > 0)
    throw new Error(
      `${page.path} has ${1 + others.length - (table === undefined ? 1 : 0)} tables for '${what}', not 1.`,
    )
  return table
}

/** A bar in a cell is written `\|`, and means a bar. */
function cellsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim())
}

/** The spans of code in a text, in their order. */
export function codeIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
}

/** What the first column of a table names in code, row after row. */
export function namesIn({ rows }: Table): readonly string[] {
  return rows.flatMap(([first]) => codeIn(first!))
}

/** The targets of links; blocks of code have none. */
export function linksOf({ text }: Page): readonly string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]+`/g, 'code')
  return [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!)
}

/** The anchors that a page's headings make, as GitHub and npm make them. */
export function anchorsOf({ text }: Page): ReadonlySet<string> {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '')
  return new Set(
    [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}
