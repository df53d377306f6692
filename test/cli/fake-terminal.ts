import { displayWidth } from '../../src/cli/screen/text-width.ts'
import type { Screen } from '../../src/cli/screen/screen.ts'

interface Row {
  /** A character a column; the second column of a wide one is empty. */
  cells: string[]
  /** Its text goes on in the next row because there was no room. */
  wraps: boolean
}

export interface FakeTerminalOptions {
  readonly columns: number
  readonly rows: number
  /** Wraps what is there anew when the width changes, as most terminals do; others cut it off. */
  readonly reflows?: boolean
}

/**
 * A terminal that keeps what it was sent: enough of one for what the live view uses. It loses rows as tmux does, those
 * below the cursor first, and clamps a cursor whose text has gone into the history.
 */
export class FakeTerminal implements Screen {
  columns: number
  rows: number
  readonly isClogged = false
  isBehind = false
  isCursorShown = true
  wrapsLines = true
  /** How often it was written to. */
  writes = 0
  readonly #reflows: boolean
  readonly #listeners = new Set<() => void>()
  readonly #past: string[] = []
  #lines: Row[] = [emptyRow()]
  /** The first row on the screen; above it is history. */
  #top = 0
  #y = 0
  #x = 0
  #hangs = false
  /** What is shown when the program gives back the screen that it has for itself. */
  #main: { lines: Row[]; top: number; y: number; x: number } | undefined

  constructor({ columns, rows, reflows = true }: FakeTerminalOptions) {
    this.columns = columns
    this.rows = rows
    this.#reflows = reflows
  }

  onResize(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get listeners(): number {
    return this.#listeners.size
  }

  write(text: string): void {
    this.writes++
    // oxlint-disable-next-line no-control-regex
    for (const [piece, mode, digits, final] of text.matchAll(/\u001b\[(\??)([\d;]*)([A-Za-z])|[\s\S]/gu)) {
      if (final !== undefined) this.#control(mode === '?', digits!, final)
      else if (piece === '\r') this.#moveTo(this.#y, 0)
      else if (piece === '\n') this.#lineFeed()
      else if (piece < ' ') throw new Error(`a control character: ${JSON.stringify(piece)}`)
      else this.#put(piece)
    }
  }

  /** The rows on the screen, without blanks at their ends. */
  get screen(): string[] {
    return Array.from({ length: this.rows }, (_, y) => textOf(this.#lines[this.#top + y]))
  }

  /** The rows from the cursor's on, down to the last that is not empty. */
  get belowCursor(): string[] {
    return withoutEmptyEnd(this.screen.slice(this.#y - this.#top))
  }

  /** What stands above the cursor on the screen, as lines that wrapped rows are put together to. */
  get linesAboveCursor(): string[] {
    return joined(this.#lines.slice(this.#top, this.#y))
  }

  /** All lines, history first. */
  get allLines(): string[] {
    return withoutEmptyEnd([...this.#past, ...joined(this.#lines)])
  }

  /** True while a program has the screen for itself. */
  get isOwnScreen(): boolean {
    return this.#main !== undefined
  }

  get cursorColumn(): number {
    return this.#x
  }

  resize(columns: number, rows: number): void {
    this.#changeRows(rows)
    this.#forget()
    if (columns !== this.columns) {
      if (this.#reflows && this.#main === undefined) this.#reflow(columns)
      else for (const row of this.#lines) row.cells.length = Math.min(row.cells.length, columns)
    }
    this.#forget()
    this.columns = columns
    this.#x = Math.min(this.#x, columns - 1)
    this.#hangs = false
    for (const listener of this.#listeners) listener()
  }

  /** What has left the screen does not come back to it. */
  #forget(): void {
    this.#past.push(...joined(this.#lines.splice(0, this.#top)))
    this.#y -= this.#top
    this.#top = 0
  }

  #changeRows(rows: number): void {
    const lost = this.rows - rows
    if (lost > 0) {
      const below = this.#top + this.rows - 1 - this.#y
      this.#lines.length = Math.min(this.#lines.length, this.#top + this.rows - Math.min(lost, below))
      this.#top += Math.max(0, lost - below)
    }
    this.rows = rows
  }

  #reflow(columns: number): void {
    const fresh: Row[] = []
    let cursor: { y: number; x: number } | undefined
    for (let from = 0; from < this.#lines.length; ) {
      let to = from
      while (this.#lines[to]!.wraps && to + 1 < this.#lines.length) to++
      const cells = trimmed(this.#lines.slice(from, to + 1).flatMap((row) => row.cells))
      const atCursor = this.#y >= from && this.#y <= to ? (this.#y - from) * this.columns + this.#x : -1
      const start = fresh.length
      fresh.push(...cutRows(cells, columns))
      if (atCursor >= 0) {
        const y = Math.min(start + Math.floor(atCursor / columns), fresh.length - 1)
        cursor = { y, x: atCursor % columns }
      }
      from = to + 1
    }
    while (fresh.length - 1 > cursor!.y && trimmed(fresh.at(-1)!.cells).length === 0) fresh.pop()
    this.#lines = fresh
    this.#top = Math.max(0, fresh.length - this.rows)
    if (cursor!.y >= this.#top) this.#moveTo(cursor!.y, cursor!.x)
    else this.#moveTo(this.#top, 0)
  }

  #control(isPrivate: boolean, digits: string, final: string): void {
    const number = Number(digits === '' ? 1 : digits)
    if (isPrivate) this.#mode(digits, final === 'h')
    else if (final === 'm') return
    else if (final === 'A') this.#moveTo(Math.max(this.#top, this.#y - number), this.#x)
    else if (final === 'H') this.#moveTo(this.#top, 0)
    else if (final === 'K') this.#eraseRight()
    else if (final === 'J') {
      this.#eraseRight()
      this.#lines.length = Math.min(this.#lines.length, this.#y + 1)
    } else throw new Error(`an unknown control sequence: ${digits}${final}`)
  }

  #mode(digits: string, on: boolean): void {
    if (digits === '25') this.isCursorShown = on
    else if (digits === '7') this.wrapsLines = on
    else if (digits === '1049') this.#change(on)
    else if (digits !== '2026') throw new Error(`an unknown mode: ${digits}`)
  }

  /** To the screen that programs have for themselves, which begins empty, and back. */
  #change(isOwn: boolean): void {
    if (isOwn === (this.#main !== undefined)) return
    const there = { lines: this.#lines, top: this.#top, y: this.#y, x: this.#x }
    const next = this.#main ?? { lines: [emptyRow()], top: 0, y: 0, x: 0 }
    this.#main = isOwn ? there : undefined
    this.#lines = next.lines
    this.#top = next.top
    this.#moveTo(next.y, next.x)
  }

  #put(character: string): void {
    const width = displayWidth(character)
    if (width === 0) return
    if (this.#hangs || this.#x + width > this.columns) {
      if (this.wrapsLines) {
        this.#row.wraps = true
        this.#lineFeed()
        this.#x = 0
      } else this.#x = Math.max(0, this.columns - width)
    }
    this.#hangs = false
    const { cells } = this.#row
    while (cells.length < this.#x) cells.push(' ')
    cells[this.#x] = character
    if (width === 2) cells[this.#x + 1] = ''
    this.#x += width
    if (this.#x >= this.columns) {
      this.#x = this.columns - 1
      this.#hangs = true
    }
  }

  get #row(): Row {
    while (this.#lines.length <= this.#y) this.#lines.push(emptyRow())
    return this.#lines[this.#y]!
  }

  #eraseRight(): void {
    this.#row.cells.length = Math.min(this.#row.cells.length, this.#x)
    this.#row.wraps = false
  }

  #lineFeed(): void {
    if (this.#y === this.#top + this.rows - 1) this.#top++
    this.#moveTo(this.#y + 1, this.#x)
  }

  #moveTo(y: number, x: number): void {
    this.#y = y
    this.#x = x
    this.#hangs = false
    while (this.#lines.length <= y) this.#lines.push(emptyRow())
  }
}

function emptyRow(): Row {
  return { cells: [], wraps: false }
}

function trimmed(cells: readonly string[]): string[] {
  let length = cells.length
  while (length > 0 && cells[length - 1] === ' ') length--
  return cells.slice(0, length)
}

function textOf(row: Row | undefined): string {
  return row === undefined ? '' : row.cells.join('').trimEnd()
}

function joined(rows: readonly Row[]): string[] {
  const lines: string[] = []
  let goesOn = false
  for (const row of rows) {
    if (goesOn) lines.push(lines.pop()! + row.cells.join(''))
    else lines.push(row.cells.join(''))
    goesOn = row.wraps
  }
  return lines.map((line) => line.trimEnd())
}

function cutRows(cells: readonly string[], columns: number): Row[] {
  const rows: Row[] = [emptyRow()]
  for (let at = 0; at < cells.length; ) {
    const width = cells[at + 1] === '' ? 2 : 1
    if (rows.at(-1)!.cells.length + width > columns) {
      rows.at(-1)!.wraps = true
      rows.push(emptyRow())
    }
    rows.at(-1)!.cells.push(...cells.slice(at, at + width))
    at += width
  }
  return rows
}

function withoutEmptyEnd(lines: readonly string[]): string[] {
  let length = lines.length
  while (length > 0 && lines[length - 1] === '') length--
  return lines.slice(0, length)
}
