import { isRecord } from '../../graph/read-values.ts'
import { fc } from './fast-check.ts'

/**
 * A case of a law as lines. Faults, schedules and plans are described in words, each part of an object or a list on its
 * own lines. Everything else is printed as fast-check does.
 */
export function caseInWords(given: unknown): string {
  if (!hasWordedPart(given)) return fc.stringify(given)
  return Object.entries(given)
    .map(([name, part]) => partInWords(Array.isArray(given) ? `[${name}]` : name, caseInWords(part)))
    .join('\n')
}

function partInWords(name: string, words: string): string {
  return words.includes('\n') || words.startsWith('- ')
    ? `${name}:\n${words.replaceAll(/^/gm, '  ')}`
    : `${name}: ${words}`
}

function hasWordedPart(value: unknown): value is object {
  if (isWorded(value) || !(Array.isArray(value) || isPlainObject(value))) return false
  return Object.values(value).some((part) => isWorded(part) || hasWordedPart(part))
}

function isWorded(value: unknown): boolean {
  return typeof value === 'object' && value !== null && fc.hasToStringMethod(value)
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isRecord(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
