import type { Screen } from './screen.ts'

const escape = '\u001b['
const enter = `${escape}?1049h${escape}?25l`
const leave = `${escape}?25h${escape}?1049l`
const wrapOff = `${escape}?7l`
const wrapOn = `${escape}?7h`
const syncBegin = `${escape}?2026h`
const syncEnd = `${escape}?2026l`
const home = `${escape}H`
const eraseRight = `${escape}K`
const eraseBelow = `${escape}J`

/**
 * Rows that are painted again and again on a screen of their own, which no terminal re-wraps or scrolls away: so a resize
 * leaves nothing of them behind. What stood on the terminal before comes back when they go.
 */
export class WholeScreen {
  readonly #screen: Screen
  #isOpen = false

  constructor(screen: Screen) {
    this.#screen = screen
  }

  /** Writes the rows, which fit the screen, in place of the last ones, in one write. */
  paint(rows: readonly string[]): void {
    const begin = this.#isOpen ? '' : enter
    this.#isOpen = true
    const text = rows.map((row) => row + eraseRight).join('\r\n')
    this.#screen.write(`${syncBegin}${begin}${wrapOff}${home}${text}${eraseBelow}${home}${wrapOn}${syncEnd}`)
  }

  /** Gives the terminal back, and writes `lines` to stay. */
  close(lines: readonly string[] = []): void {
    const text = lines.map((line) => `${line}\r\n`).join('')
    this.#screen.write((this.#isOpen ? leave : '') + text)
    this.#isOpen = false
  }
}
