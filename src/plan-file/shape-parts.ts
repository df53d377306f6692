import * as v from 'valibot'
import { didYouMean, isRecord, show } from '../graph/read-values.ts'
import { toMs } from '../time/duration.ts'

/** A schema of a part of the plan file. Its messages continue after the path of the value: `is 5, but it must be …`. */
export type Shape = v.GenericSchema

type Fields = Readonly<Record<string, Shape>>

export interface FieldsOptions {
  /** Advice about an unknown field, where there is better advice than the nearest known name. */
  readonly advise?: (field: string) => string | undefined
  /** Says which unknown fields are allowed. */
  readonly passes?: (field: string) => boolean
  /** What follows ` is missing: ` for a required field. */
  readonly missing?: string
}

/** A value that passes the test. The message says what it must be. */
export function must(be: string, test: (value: unknown) => boolean): Shape {
  return v.custom<unknown>(test, ({ input }) => `is ${shown(input)}, but it must be ${be}.`)
}

/** An object with known fields. Valibot's own strict objects stop at the first unknown field, this one reports all. */
export function fields(known: Fields, options: FieldsOptions = {}): Shape {
  const names = Object.keys(known)
  const isKnown = (field: string) => Object.hasOwn(known, field) || options.passes?.(field) === true
  const unknown = (field: string) =>
    v.never(`is an unknown field.${options.advise?.(field) ?? didYouMean(field, names)}`)
  const missing = `is missing${options.missing === undefined ? '' : `: ${options.missing}`}.`
  const sound = v.object(known, missing)
  const noObject = must(`an object with fields such as ${names.slice(0, 3).join(', ')}`, () => false)
  return v.lazy((value) => {
    if (!isRecord(value)) return noObject
    const strange = Object.keys(value).filter((field) => !isKnown(field))
    if (strange.length === 0) return sound
    const refused = Object.fromEntries(strange.map((field) => [field, unknown(field)]))
    return v.object({ ...known, ...refused }, missing)
  })
}

/** An object whose keys are names that the user chose. */
export function byName(what: string, value: Shape, complaint: (name: string) => string | undefined): Shape {
  const noObject = must(`an object of ${what}`, () => false)
  return v.lazy((object) => {
    if (!isRecord(object)) return noObject
    const entries = Object.keys(object).map((name) => {
      const wrong = complaint(name)
      return [name, wrong === undefined ? value : v.never(wrong)] as const
    })
    return v.object(Object.fromEntries(entries))
  })
}

export function listOf(what: string, item: Shape): Shape {
  return v.array(item, ({ input }) => `is ${shown(input)}, but it must be a list of ${what}.`)
}

export function oneOf(names: readonly string[]): Shape {
  return v.picklist(
    names,
    ({ input }) =>
      `is ${shown(input)}, but it must be one of ${names.join(', ')}.${typeof input === 'string' ? didYouMean(input, names) : ''}`,
  )
}

export function integer(least: number): Shape {
  return must(
    `an integer of ${least} or more`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
  )
}

/**
 * A text, because the unit of a bare number is not clear. 0 is allowed where it makes sense, since it needs no unit.
 */
export function duration({ positive }: { readonly positive: boolean }): Shape {
  const isSound = (value: unknown) => {
    if (value === 0) return !positive
    const ms = typeof value === 'string' ? toMs(value) : undefined
    return ms !== undefined && (ms > 0 || !positive)
  }
  return v.custom<unknown>(isSound, ({ input }) => {
    if (typeof input === 'number' && input > 0 && Number.isFinite(input)) {
      return `is ${input}, but a duration has a unit: write '${input}s' for seconds or '${input}ms' for milliseconds.`
    }
    const isZero = input === 0 || (typeof input === 'string' && toMs(input) === 0)
    if (isZero) return `is ${shown(input)}, but it must be more than 0.`
    return `is ${shown(input)}, which is not a duration: write one such as '250ms', '30s', '10m' or '2h'.`
  })
}

export const text: Shape = must('a text that is not empty', isText)

export const program: Shape = must('the name of a program', isProgram)

/** A value that becomes text, as in an environment variable. */
export const scalar: Shape = must('a text, a number or a boolean', isScalarValue)

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && !value.includes('\0')
}

/** A name that began with `-` would be taken for an option. */
export function isProgram(value: unknown): value is string {
  return isText(value) && !value.startsWith('-')
}

function isScalarValue(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0')
  return Number.isFinite(value) || typeof value === 'boolean'
}

function shown(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return show(value)
}
