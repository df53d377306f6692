import * as v from 'valibot'
import { DagmarError } from '../errors/dagmar-error.ts'
import { readName } from '../graph/read-tasks.ts'
import { didYouMean, show } from '../graph/read-values.ts'
import { durationShape, toMs } from '../time/duration.ts'

/*
 * What plan-schema.ts is made of. The message of a text, a number or a choice continues after the path of the value:
 * `is 5, but it must be …`. That of a list or an object says what is in it: `task ids`.
 */

/** The message about a refused value. */
export type Message = (issue: { readonly input: unknown }) => string

/** An optional field, with the description that editors show. Further keys go into the JSON Schema unchanged. */
export function field<const Schema extends v.GenericSchema>(
  schema: Schema,
  description: string,
  more: Readonly<Record<string, unknown>> = {},
): v.ExactOptionalSchema<Schema, undefined> {
  return v.exactOptional(described(schema, description, more)) as v.ExactOptionalSchema<Schema, undefined>
}

/** The same for a required field. */
export function described<const Schema extends v.GenericSchema>(
  schema: Schema,
  description: string,
  more: Readonly<Record<string, unknown>> = {},
): Schema {
  return v.pipe(schema, v.metadata({ description, ...more })) as unknown as Schema
}

/** The message for a value that must be something else. */
export function mustBe(what: string): Message {
  return ({ input }) => `is ${shown(input)}, but it must be ${what}.`
}

export function oneOf<const Names extends readonly string[]>(names: Names): v.PicklistSchema<Names, Message> {
  return v.picklist(names, (issue) => {
    const guess = typeof issue.input === 'string' ? didYouMean(issue.input, names) : ''
    return mustBe(`one of ${names.join(', ')}`)(issue) + guess
  })
}

export function integer(least: number) {
  const message = mustBe(`an integer of ${least} or more`)
  return v.pipe(v.number(message), v.safeInteger(message), v.minValue(least, message))
}

const textMessage = mustBe('a text that is not empty')

/** Something other than blanks, and no NUL. In this form it takes no more steps than the text has characters. */
export const wordy = /^(?![^\0]*\0)\s*\S/

export const text = v.pipe(v.string(textMessage), v.regex(wordy, textMessage))

const programMessage = mustBe('the name of a program')

/** A name that began with `-` would be taken for an option. */
export const program = v.pipe(v.string(programMessage), v.regex(/^(?!-)(?![^\0]*\0)\s*\S/, programMessage))

const scalarMessage = mustBe('a text, a number or a boolean')

/** A value that becomes text, as in an environment variable. */
export const scalar = v.union(
  [
    v.pipe(v.string(scalarMessage), v.regex(/^[^\0]*$/, scalarMessage)),
    v.pipe(v.number(scalarMessage), v.finite(scalarMessage)),
    v.boolean(),
  ],
  scalarMessage,
)

const referenceMessage = mustBe('the id of a task')

/** An id as it is written. As a key, a number is a text. */
export const reference = v.union(
  [
    v.pipe(v.string(referenceMessage), v.regex(wordy, referenceMessage)),
    v.pipe(v.number(referenceMessage), v.finite(referenceMessage)),
    v.boolean(),
  ],
  referenceMessage,
)

/** A text, because the unit of a bare number is not clear. */
export const positiveDuration = durationOf(
  new RegExp(`^(?=[^1-9]*[1-9])${durationShape.slice(1)}`),
  (ms) => ms > 0,
)

/** The same, or 0, which needs no unit. */
export const duration = v.union(
  [durationOf(new RegExp(durationShape), () => true), v.literal(0)],
  durationMessage,
)

function durationOf(pattern: RegExp, isAllowed: (ms: number) => boolean) {
  return v.pipe(
    v.string(durationMessage),
    v.regex(pattern, durationMessage),
    v.check((given) => isAllowed(toMs(given) ?? Number.NaN), durationMessage),
  )
}

function durationMessage({ input }: { readonly input: unknown }): string {
  if (typeof input === 'number' && input > 0 && Number.isFinite(input)) {
    return `is ${input}, but a duration has a unit: write '${input}s' for seconds or '${input}ms' for milliseconds.`
  }
  const isZero = input === 0 || (typeof input === 'string' && toMs(input) === 0)
  if (isZero) return `is ${shown(input)}, but it must be more than 0.`
  return `is ${shown(input)}, which is not a duration: write one such as '250ms', '30s', '10m' or '2h'.`
}

const nameMessage: Message = ({ input }) => complaintAboutName(input) ?? ''

/** The name of a plan or a task. */
export const name = v.pipe(
  v.string(nameMessage),
  v.minLength(1, nameMessage),
  v.maxLength(200, nameMessage),
  // oxlint-disable-next-line no-control-regex
  v.regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/, nameMessage),
  v.notValue('__proto__', nameMessage),
  v.check((given) => complaintAboutName(given) === undefined, nameMessage),
)

/** What is wrong with the name of a plan or a task, by the rule that `plan()` has for names. */
export function complaintAboutName(given: unknown): string | undefined {
  try {
    readName(given, 'it')
    return undefined
  } catch (error) {
    if (error instanceof DagmarError) return `is no name: ${error.problem}`
    throw error
  }
}

function shown(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return show(value)
}
