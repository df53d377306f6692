/**
 * A number in [0, 1) that depends on the words alone: what chance decides about an attempt is the same whatever runs
 * beside it, so that two simulations of one seed differ by their order or their slots and by nothing else.
 * FNV-1a (offset 2166136261, prime 16777619), mixed as in MurmurHash3.
 */
export function chanceOf(...words: readonly (string | number)[]): number {
  let hash = 2_166_136_261
  for (const word of words) {
    const text = String(word)
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619)
    // Ends the word: 1 and 23 are not 12 and 3.
    hash = Math.imul(hash ^ 0x1_00_00, 16_777_619)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
