let latest = 0
let count = 0

/**
 * A UUID v7 (RFC 9562): its first 48 bits are the milliseconds of now, 12 count those of one millisecond, and 62 are
 * random. Ids that this process makes later sort later.
 */
export function timeOrderedId(): string {
  const now = Date.now()
  if (now > latest) {
    latest = now
    count = 0
  } else if (++count === 4_096) {
    latest++
    count = 0
  }
  const time = hex(latest, 12)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(count, 3)}-${crypto.randomUUID().slice(19)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
