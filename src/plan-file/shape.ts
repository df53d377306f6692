import * as v from 'valibot'
import { DagmarError } from '../errors/dagmar-error.ts'
import { priorities } from '../graph/options.ts'
import { orders } from '../graph/plan.ts'
import { didYouMean, isRecord } from '../graph/read-values.ts'
import { readName } from '../graph/read-tasks.ts'
import { ruleNames } from '../graph/rules.ts'
import {
  byName,
  duration,
  fields,
  integer,
  isProgram,
  isText,
  listOf,
  must,
  oneOf,
  program,
  scalar,
  type Shape,
  text,
} from './shape-parts.ts'

const optional = (shape: Shape): Shape => v.optional(shape)

const priorityNames = Object.keys(priorities)

const backoff = fields({
  base: optional(duration({ positive: false })),
  factor: optional(
    must('a number of 1 or more', (value) => Number.isFinite(value) && (value as number) >= 1),
  ),
  cap: optional(duration({ positive: false })),
  jitter: optional(
    must('a number between 0 and 1', (value) => typeof value === 'number' && value >= 0 && value <= 1),
  ),
})

const stall = fields({
  after: optional(duration({ positive: true })),
  grace: optional(duration({ positive: false })),
})

const amounts = byName('amounts by pool', integer(1), (name) =>
  name.trim() === '' ? 'is no name for a pool.' : undefined,
)

const environment = byName('texts by name', scalar, (name) =>
  /^[^=\0]+$/.test(name) ? undefined : 'is no name for an environment variable.',
)

/** The fields that a task and `defaults` share. */
const sharedFields = {
  when: optional(oneOf(ruleNames)),
  onFailure: optional(oneOf(['skip', 'abort', 'ignore', 'ask'])),
  severity: optional(oneOf(['error', 'critical'])),
  retry: optional(fields({ maxAttempts: optional(integer(1)), backoff: optional(backoff) })),
  timeout: optional(duration({ positive: true })),
  startTimeout: optional(duration({ positive: true })),
  stall: optional(v.lazy((value) => (value === false ? v.literal(false) : stall))),
  killGrace: optional(duration({ positive: false })),
  priority: optional(
    v.lazy((value) =>
      typeof value === 'string'
        ? oneOf(priorityNames)
        : must(`an integer or one of ${priorityNames.join(', ')}`, Number.isSafeInteger),
    ),
  ),
  estimate: optional(duration({ positive: false })),
  uses: optional(amounts),
  env: optional(environment),
  envFile: optional(v.lazy((value) => (Array.isArray(value) ? listOf('file names', text) : text))),
  cwd: optional(text),
  shell: optional(program),
}

const commandText = must("a command: a text for the shell, or a list such as ['npm', 'test']", isText)
const commandList = v.lazy((value) =>
  Array.isArray(value) && value.length > 0 && isProgram(value[0])
    ? v.array(scalar)
    : must('a list that begins with the name of a program', () => false),
)

/** The fields of a combination. Whether they are axes is checked later. */
const combination = byName('values by axis', scalar, () => undefined)

const combinations = listOf('combinations', combination)
const axis = v.lazy((value) =>
  Array.isArray(value) && value.length > 0
    ? v.array(scalar)
    : must('a list of one or more texts, numbers or booleans', () => false),
)
const noMatrix = must('an object of lists by axis, such as { node: [20, 22] }', () => false)
const noAxis = v.never('is no name for an axis: use letters, digits and _.')

const matrix = v.lazy((value) => {
  const names = isRecord(value) ? Object.keys(value) : []
  if (names.length === 0) return noMatrix
  return v.object(Object.fromEntries(names.map((name) => [name, matrixField(name)])))
})

function matrixField(name: string): Shape {
  if (name === 'include' || name === 'exclude') return combinations
  return /^[A-Za-z_]\w*$/.test(name) ? axis : noAxis
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

function adviseOn(known: readonly string[]): (field: string) => string {
  return (field) => {
    const meant = Object.hasOwn(otherNames, field) ? otherNames[field]! : undefined
    return meant !== undefined && known.includes(meant)
      ? ` Did you mean '${meant}'?`
      : didYouMean(field, known)
  }
}

const taskFields = {
  run: v.lazy((value) => (Array.isArray(value) ? commandList : commandText)),
  needs: optional(listOf('task ids', text)),
  matrix: optional(matrix),
  ...sharedFields,
}

const task = fields(taskFields, {
  advise: adviseOn(Object.keys(taskFields)),
  missing: 'every task has a command to run',
})

const planFields = {
  name: optional(
    v.custom<unknown>(
      (value) => complaintAboutName(value) === undefined,
      ({ input }) => complaintAboutName(input)!,
    ),
  ),
  input: optional(v.unknown()),
  concurrency: optional(integer(1)),
  pools: optional(amounts),
  timeout: optional(duration({ positive: true })),
  order: optional(oneOf(orders)),
  optimise: optional(
    fields({
      effort: optional(integer(0)),
      seed: optional(integer(0)),
      timeCap: optional(duration({ positive: true })),
    }),
  ),
  defaults: optional(
    fields(sharedFields, {
      advise: (field) =>
        Object.hasOwn(taskFields, field)
          ? ' Only a task has it.'
          : adviseOn(Object.keys(sharedFields))(field),
    }),
  ),
  tasks: byName('tasks by id', task, complaintAboutName),
  $schema: optional(must('a text', (value) => typeof value === 'string')),
}

/** The shape of a whole plan file: everything that can be checked in one value without looking at others. */
export const planShape: Shape = fields(planFields, {
  // The usual place for values that anchors name.
  passes: (field) => field.startsWith('x-'),
  advise: (field) =>
    Object.hasOwn(taskFields, field)
      ? ' It belongs into a task, or into defaults for all of them.'
      : didYouMean(field, Object.keys(planFields)),
  missing: 'a plan has tasks by id',
})

/** What is wrong with the name of a plan or a task, by the rule that `plan()` has for names. */
export function complaintAboutName(name: unknown): string | undefined {
  try {
    readName(name, 'it')
    return undefined
  } catch (error) {
    if (error instanceof DagmarError) return `is no name: ${error.problem}`
    throw error
  }
}
