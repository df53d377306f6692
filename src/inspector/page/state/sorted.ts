/** How many of the first `length` places hold, where those that hold come first. */
export function countHolding(length: number, holds: (place: number) => boolean): number {
  let from = 0
  let to = length
  while (from < to) {
    const middle = (from + to) >> 1
    if (holds(middle)) from = middle + 1
    else to = middle
  }
  return from
}
