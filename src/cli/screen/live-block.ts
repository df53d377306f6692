import type { Screen } from './screen.ts'

const escape = '\u001b['
const hideCursor = `${escape}?25l`
const showCursor = `${escape}?25h`
const wrapOff = `${escape}?7l`
const wrapOn = `${escape}?7h`
const syncBegin = `${escape}?2026h`
const syncEnd = `${escape}?2026l`
const eraseBelow = `${escape}J`
const eraseRight = `${escape}K`
/**
 * Starts after a blank, because tmux takes an erase from the very first cell of the screen for `clear` and keeps a
 * copy.
 */
const eraseAll = `\r ${eraseBelow}\r`

/**
 * Rows at the foot of a terminal that are painted again and again, below lines that stay.
 *
 * Between frames the cursor stands, hidden, on the first character of the block. Terminals that re-wrap when they are
 * narrowed move the cursor with its character, and drop what is below it first when they lose rows: so one erase from
 * there to the end removes the block, whatever has become of it.
 */
export class LiveBlock {
  readonly #screen: Screen
  #isOpen = false

  constructor(screen: Screen) {
    this.#screen = screen
  }

  /**
   * Writes `lines` to stay and `rows` below them, in place of the last rows; all in one write. Each row must fit the
   * screen and so must their number; lines may be longer, and the terminal wraps them.
   */
  paint(rows: readonly string[], lines: readonly string[] = []): void {
    let frame = syncBegin + (this.#isOpen ? '' : hideCursor)
    this.#isOpen = true
    // Lines that stay may wrap over the old rows, which erasing row by row would not clean up.
    const isErased = lines.length > 0
    frame += isErased ? eraseAll : '\r'
    for (const line of lines) frame += `${line}\r\n`
    // A resize that has not been reported yet must not make a row wrap.
    frame += wrapOff
    frame += rows.map((row) => (isErased ? row : row + eraseRight)).join('\r\n')
    frame += isErased ? '' : eraseBelow
    frame += `\r${rows.length > 1 ? `${escape}${rows.length - 1}A` : ''}${wrapOn}${syncEnd}`
    this.#screen.write(frame)
  }

  /**
   * Removes the block, writes `lines` in its place, and shows the cursor again, until the next frame if there is one.
   */
  close(lines: readonly string[] = []): void {
    const text = lines.map((line) => `${line}\r\n`).join('')
    this.#screen.write(this.#isOpen ? eraseAll + text + wrapOn + showCursor : text)
    this.#isOpen = false
  }
}
