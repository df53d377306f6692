const offsetBasis = 2_166_136_261
const prime = 16_777_619

/** FNV-1a of 32 bits over the UTF-16 units of a text, http://www.isthe.com/chongo/tech/comp/fnv/. Unsigned. */
export function hashOf(text: string, from = offsetBasis): number {
  let hash = from
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), prime)
  return hash >>> 0
}

/** A number in [0, 1) that depends on the text alone. */
export function fractionOf(text: string): number {
  return mixed(hashOf(text))
}

/**
 * A number in [0, 1) that depends on the words alone. The same letters, divided differently into words, give another
 * number.
 */
export function chanceOf(...words: readonly (string | number)[]): number {
  let hash = offsetBasis
  for (const word of words) {
    hash = hashOf(String(word), hash)
    // Ends the word: 1 and 23 are not 12 and 3.
    hash = Math.imul(hash ^ 0x1_00_00, prime)
  }
  return mixed(hash)
}

/** FNV gives short texts similar high bits. The last steps of MurmurHash3 spread them. */
function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
}
