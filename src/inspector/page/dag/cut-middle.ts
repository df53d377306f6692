import { withoutTurns } from '../without-turns.ts'

/**
 * A text in at most `most` places, cut in its middle: the ends of ids tell more. Wide signs take two places; what changes
 * the direction of writing is left out.
 */
export function cutMiddle(written: string, most: number): string {
  const text = withoutTurns(written)
  if (text.length <= most / 2) return text
  const signs = Array.from(text)
  const places = signs.map((sign) => (isWide(sign.codePointAt(0)!) ? 2 : 1))
  let length = 0
  for (const taken of places) length += taken
  if (length <= most) return text
  if (most < 2) return most < 1 ? '' : '…'
  let [head, tail] = [0, signs.length]
  for (let left = most - 1; head < tail; ) {
    // The head gets the odd place.
    const fromHead = head <= signs.length - tail
    left -= fromHead ? places[head]! : places[tail - 1]!
    if (left < 0) break
    if (fromHead) head++
    else tail--
  }
  return `${signs.slice(0, head).join('')}…${signs.slice(tail).join('')}`
}

/** How many places a text takes in a font of one width. */
export function placesOf(text: string): number {
  let places = 0
  for (const sign of text) places += isWide(sign.codePointAt(0)!) ? 2 : 1
  return places
}

function isWide(point: number): boolean {
  return point >= 0x1100 && (point <= 0x115f || (point >= 0x2e80 && point <= 0xffdc) || point >= 0x1f000)
}
