/**
 * A binary heap whose members know their places, so that one that is to stand elsewhere, or to go, is not searched for:
 * each operation takes logarithmic time.
 */
export class PlacedHeap<Member extends { place: number }> {
  readonly #isBefore: (a: Member, b: Member) => boolean
  readonly #members: Member[] = []

  /** `isBefore` says which of two comes first. Give one function to all heaps of a kind: then it is compiled once. */
  constructor(isBefore: (a: Member, b: Member) => boolean) {
    this.#isBefore = isBefore
  }

  get size(): number {
    return this.#members.length
  }

  get first(): Member | undefined {
    return this.#members[0]
  }

  /** In no particular order. */
  get members(): readonly Member[] {
    return this.#members
  }

  has(member: Member): boolean {
    return this.#members[member.place] === member
  }

  push(member: Member): void {
    this.#rise(member, this.#members.push(member) - 1)
  }

  /** Call it for a member that now comes before or behind others than before. */
  moved(member: Member): void {
    this.#rise(member, member.place)
    this.#sink(member, member.place)
  }

  /** Takes out a member. */
  remove(member: Member): void {
    const last = this.#members.pop()!
    if (last === member) return
    this.#put(last, member.place)
    this.moved(last)
  }

  #rise(member: Member, from: number): void {
    let place = from
    while (place > 0) {
      const above = this.#members[(place - 1) >> 1]!
      if (!this.#isBefore(member, above)) break
      const free = above.place
      this.#put(above, place)
      place = free
    }
    this.#put(member, place)
  }

  #sink(member: Member, from: number): void {
    let place = from
    for (let below = 2 * place + 1; below < this.#members.length; below = 2 * place + 1) {
      const right = this.#members[below + 1]
      const left = this.#members[below]!
      const best = right !== undefined && this.#isBefore(right, left) ? right : left
      if (!this.#isBefore(best, member)) break
      const free = best.place
      this.#put(best, place)
      place = free
    }
    this.#put(member, place)
  }

  #put(member: Member, place: number): void {
    this.#members[place] = member
    member.place = place
  }
}
