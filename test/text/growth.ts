const smallest = 8 * 1024
const largest = 1024 * 1024
/** Shorter times are noise, and say nothing. */
const leastMs = 4
const tries = 4

/**
 * By how much the time to read a text grows when the text is twice as long: the worst of all doublings from 8 KiB to
 * 1 MiB. Reading in proportion gives about 2, comparing each character with each about 4. What looks bad is tried again,
 * since a collection of garbage can make it look so; what is bad ends early, since at 1 MiB it would take hours.
 */
export function growthOf(read: (text: string) => unknown, make: (length: number) => string): number {
  let worst = 1
  let before = timeOf(read, make(smallest))
  for (let length = smallest * 2; length <= largest; length *= 2) {
    const text = make(length)
    let after = timeOf(read, text)
    for (let round = 1; round < tries && isBad(after, before); round++) {
      before = Math.max(before, timeOf(read, make(length / 2)))
      after = Math.min(after, timeOf(read, text))
    }
    if (before >= leastMs) worst = Math.max(worst, after / before)
    if (isBad(after, before)) return worst
    before = after
  }
  return worst
}

function isBad(after: number, before: number): boolean {
  return before >= leastMs && after / before >= 3
}

/** Processor time, which other work on the machine touches little. What is thrown at the end of the reading is as good an answer as another. */
function timeOf(read: (text: string) => unknown, text: string): number {
  const start = process.cpuUsage()
  try {
    read(text)
  } catch {
    // The text is refused.
  }
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}
