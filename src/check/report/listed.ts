import { listed } from '../../text/listed.ts'

/** `build`, or `12 tasks (a, b, c, d, e and 7 more)`. */
export function tasksListed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.length} tasks (${listed(names)})`
}
