/**
 * A digest of 64 bits over a sequence of texts and numbers: cyrb53 by bryc (public domain,
 * https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js), with all its bits kept. It detects changes,
 * but not forgeries.
 */
export class Digest {
  #high = 0xdeadbeef | 0
  #low = 0x41c6ce57

  addText(text: string): void {
    let high = this.#high
    let low = this.#low
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      high = Math.imul(high ^ unit, 2_654_435_761)
      low = Math.imul(low ^ unit, 1_597_334_677)
    }
    this.#high = high
    this.#low = low
    // Marks the end of the text, so that 'a', 'bc' and 'ab', 'c' differ.
    this.addInteger(text.length)
  }

  addInteger(integer: number): void {
    this.#high = Math.imul(this.#high ^ integer, 2_654_435_761)
    this.#low = Math.imul(this.#low ^ integer, 1_597_334_677)
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    const high = mixed(this.#high, this.#low)
    const low = mixed(this.#low, this.#high)
    return hexadecimal(high) + hexadecimal(low)
  }
}

function mixed(own: number, other: number): number {
  return Math.imul(own ^ (own >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
}

function hexadecimal(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, '0')
}
