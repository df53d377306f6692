/**
 * A text as the database has it, for those that it could not give back: with the character of the number 0, or half a
 * surrogate pair. Most stay as they are.
 */
export function stored(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** The text that was stored. */
export function told(text: string): string {
  return JSON.parse(`"${text}"`) as string
}

export function storedLabels(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(labels).map(([key, label]) => [stored(key), stored(label)])),
  )
}

export function toldLabels(text: string): Readonly<Record<string, string>> {
  const labels = JSON.parse(text) as Readonly<Record<string, string>>
  return Object.fromEntries(Object.entries(labels).map(([key, label]) => [told(key), told(label)]))
}
