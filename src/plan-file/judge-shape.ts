import * as v from 'valibot'
import { didYouMean, isRecord } from '../graph/read-values.ts'
import type { Path } from './places.ts'
import {
  axisName,
  configurationSchema,
  fieldsOfCommands,
  notification,
  notWithPrompt,
  planSchema,
  task,
  waysToNotify,
} from './plan-schema.ts'
import { type Message, mustBe } from './schema-parts.ts'

/** Called for each problem. The sentence continues after the path of the value, or of the key. */
export type Complain = (path: Path, rest: string, part: 'key' | 'value') => void

/**
 * Checks a value by the schema of plan files and reports everything that is wrong with it, in the words of the schema.
 * Valibot by itself stops at the first unknown field, and says of a union only that none of its options fits.
 */
export function judgePlan(value: unknown, complain: Complain): void {
  judge(planSchema as unknown as Shape, value, [], complain)
}

/** The same for the user's configuration. */
export function judgeConfiguration(value: unknown, complain: Complain): void {
  judge(configurationSchema as unknown as Shape, value, [], complain)
}

/** The kinds of Valibot schemas that the schema of plan files is made of. */
type Shape = Plain | Optional | Fields | Axes | ByName | List | Command | Choice

interface Plain extends v.GenericSchema {
  readonly type: 'string' | 'number' | 'boolean' | 'picklist' | 'literal' | 'unknown'
}
interface Optional extends v.GenericSchema {
  readonly type: 'exact_optional'
  readonly wrapped: Shape
}
interface Fields extends v.GenericSchema {
  readonly type: 'strict_object'
  readonly entries: Readonly<Record<string, Shape>>
  readonly message: string
}
interface Axes extends v.GenericSchema {
  readonly type: 'object_with_rest'
  readonly entries: Readonly<Record<string, Shape>>
  readonly rest: Shape
  readonly message: string
}
interface ByName extends v.GenericSchema {
  readonly type: 'record'
  readonly key: v.GenericSchema
  readonly value: Shape
  readonly message: string
}
interface List extends v.GenericSchema {
  readonly type: 'array'
  readonly item: Shape
  readonly message: string
}
interface Command extends v.GenericSchema {
  readonly type: 'tuple_with_rest'
  readonly items: readonly [Shape]
  readonly rest: Shape
  readonly message: string
}
interface Choice extends v.GenericSchema {
  readonly type: 'union'
  readonly options: readonly Shape[]
  readonly message: Message
}

function judge(schema: Shape, value: unknown, path: Path, complain: Complain): void {
  const refuse = (what: string): void => complain(path, mustBe(what)({ input: value }), 'value')
  switch (schema.type) {
    case 'exact_optional':
      return judge(schema.wrapped, value, path, complain)
    case 'strict_object':
      if (isRecord(value)) return judgeFields(schema, value, path, complain)
      return refuse(`an object with fields such as ${Object.keys(schema.entries).slice(0, 3).join(', ')}`)
    case 'object_with_rest':
      if (!isRecord(value) || Object.keys(value).length === 0) return refuse(`an object of ${schema.message}`)
      for (const [name, field] of Object.entries(value)) {
        const at = [...path, name]
        if (Object.hasOwn(schema.entries, name)) judge(schema.entries[name]!, field, at, complain)
        else if (judgeKey(axisName, name, at, complain)) judge(schema.rest, field, at, complain)
      }
      return undefined
    case 'record':
      if (!isRecord(value)) return refuse(`an object of ${schema.message}`)
      for (const [name, field] of Object.entries(value)) {
        const at = [...path, name]
        if (judgeKey(schema.key, name, at, complain)) judge(schema.value, field, at, complain)
      }
      return undefined
    case 'array':
      if (!Array.isArray(value) || isTooShort(schema, value)) return refuse(`a list of ${schema.message}`)
      return judgeItems(schema.item, value, path, complain)
    case 'tuple_with_rest':
      if (!Array.isArray(value) || !v.is(schema.items[0], value[0])) return refuse(`a list ${schema.message}`)
      return judgeItems(schema.rest, value, path, complain)
    case 'union': {
      const [meant, other] = schema.options.filter((option) => isOfKind(option, value))
      if (meant !== undefined && other === undefined) return judge(meant, value, path, complain)
      return complain(path, schema.message({ input: value }), 'value')
    }
    case 'string':
    case 'number':
    case 'boolean':
    case 'picklist':
    case 'literal':
    case 'unknown': {
      const [issue] = v.safeParse(schema, value, { abortPipeEarly: true }).issues ?? []
      if (issue !== undefined) complain(path, issue.message, 'value')
      return undefined
    }
  }
}

function judgeFields(
  { entries, message }: Fields,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  complain: Complain,
): void {
  for (const [name, field] of Object.entries(entries)) {
    if (Object.hasOwn(value, name)) judge(field, value[name], [...path, name], complain)
    else if (field.type !== 'exact_optional') complain([...path, name], `is missing: ${message}.`, 'value')
  }
  if ((entries as object) === task.entries) judgeCommand(value, message, path, complain)
  if ((entries as object) === notification.entries) judgeWay(value, message, path, complain)
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(entries, name) || (path.length === 0 && name.startsWith('x-'))) continue
    const advice = adviseOn(path, name, Object.keys(entries))
    complain([...path, name], `is an unknown field.${advice}`, 'key')
  }
}

const beside = 'is set beside prompt, but the agent of the task has a command.'
const whyNot: Readonly<Record<(typeof notWithPrompt)[number], string>> = {
  run: 'is set beside prompt: a task has one of them.',
  shell: beside,
  stdin: beside,
  executor: 'is set beside prompt, which the command of an agent carries out.',
}

/** A task without a command is a group, which has no use for what only commands have. */
function judgeCommand(
  value: Readonly<Record<string, unknown>>,
  message: string,
  path: Path,
  complain: Complain,
): void {
  if (Object.hasOwn(value, 'prompt')) {
    for (const field of notWithPrompt) {
      if (Object.hasOwn(value, field)) complain([...path, field], whyNot[field], 'key')
    }
    return
  }
  if (Object.hasOwn(value, 'run')) return
  const { needs } = value
  if (!Array.isArray(needs) || needs.length === 0) {
    complain([...path, 'run'], `is missing: ${message}.`, 'value')
    return
  }
  for (const field of fieldsOfCommands) {
    if (Object.hasOwn(value, field)) complain([...path, field], 'is set, but the task has no command.', 'key')
  }
}

/** A notification goes one way. */
function judgeWay(
  value: Readonly<Record<string, unknown>>,
  message: string,
  path: Path,
  complain: Complain,
): void {
  const [first, second] = waysToNotify.filter((way) => Object.hasOwn(value, way))
  if (first === undefined) complain(path, `says not how: ${message}.`, 'value')
  if (second !== undefined) complain([...path, second], `is set beside ${first}: ${message}.`, 'key')
}

function judgeItems(item: Shape, list: readonly unknown[], path: Path, complain: Complain): void {
  for (const [index, one] of list.entries()) judge(item, one, [...path, index], complain)
}

function judgeKey(schema: v.GenericSchema, name: string, path: Path, complain: Complain): boolean {
  const [issue] = v.safeParse(schema, name, { abortPipeEarly: true }).issues ?? []
  if (issue !== undefined) complain(path, issue.message, 'key')
  return issue === undefined
}

/** True for an empty list where the schema forbids that. */
function isTooShort(schema: List, list: readonly unknown[]): boolean {
  return list.length === 0 && !v.is(schema, list)
}

/** Whether the option is the one that a value of this kind was probably meant for. */
function isOfKind(option: Shape, value: unknown): boolean {
  switch (option.type) {
    case 'array':
    case 'tuple_with_rest':
      return Array.isArray(value)
    case 'strict_object':
    case 'object_with_rest':
    case 'record':
      return isRecord(value)
    case 'picklist':
      return typeof value === 'string'
    case 'literal':
      return v.is(option, value)
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === option.type
    case 'unknown':
    case 'exact_optional':
    case 'union':
      return true
  }
}

/** Names that other tools use for our fields. */
const otherNames: Readonly<Record<string, string>> = {
  command: 'run',
  cmd: 'run',
  script: 'run',
  deps: 'needs',
  depends: 'needs',
  dependsOn: 'needs',
  depends_on: 'needs',
  dir: 'cwd',
  workdir: 'cwd',
  'working-directory': 'cwd',
  if: 'when',
  retries: 'retry',
}

/** What was probably meant by an unknown field. */
function adviseOn(path: Path, field: string, known: readonly string[]): string {
  if (Object.hasOwn(task.entries, field) && (path.length > 0 || known.includes('tasks'))) {
    if (path.length === 0) return ' It belongs into a task, or into defaults for all of them.'
    if (path[0] === 'defaults' && path.length === 1) return ' Only a task has it.'
  }
  const meant = Object.hasOwn(otherNames, field) ? otherNames[field]! : ''
  return known.includes(meant) ? ` Did you mean '${meant}'?` : didYouMean(field, known)
}
