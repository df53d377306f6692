import { DagmarError } from '../errors/dagmar-error.ts'
import { thrownText } from '../errors/foreign-value.ts'
import { cloneOf } from '../executors/written-json.ts'
import type { DispatchOptions } from '../graph/dispatch-options.ts'
import type { Plan } from '../graph/plan.ts'
import {
  badValue,
  didYouMean,
  isRecord,
  memberPath,
  readAmounts,
  readConcurrency,
  readGiven,
  readRunId,
  readText,
  readTimeout,
} from '../graph/read-values.ts'
import type { Journal } from '../ports/store.ts'
import { timeOrderedId } from '../time/time-ordered-id.ts'
import type { RunOptions } from './run/run-options.ts'
import type { Shared } from './shared.ts'

const readers = {
  signal: readSignal,
  pools: readAmounts,
  id: readRunId,
  idempotencyKey: readText,
  labels: readLabels,
  input: (value: unknown) => value,
  concurrency: readConcurrency,
  timeout: readTimeout,
}

/** Checks the options of a dispatch against the plan and the runtime, and fills in what they leave out. */
export function readRunOptions(shared: Shared, plan: Plan, options: DispatchOptions): RunOptions {
  const given = readGiven(options, readers, "dispatch's options object", '')
  const { idempotencyKey, labels = {}, concurrency = plan.concurrency, timeout = plan.timeoutMs } = given
  const pools = { ...plan.pools, ...given.pools }
  refuseMissing(shared, plan, pools)
  return {
    id: given.id ?? timeOrderedId(),
    idempotencyKey,
    labels,
    input: copiedInput(shared, plan, readInput(plan, given.input)),
    concurrency: concurrency ?? shared.admission.slots.slots.limit,
    pools,
    timeoutMs: timeout,
  }
}

/** Throws `EXECUTOR_UNKNOWN`, and `CONFIG_INVALID` for pools and agents: what the plan needs and nobody has. */
export function refuseMissing(shared: Shared, plan: Plan, pools: Readonly<Record<string, number>>): void {
  refuseUnknownExecutors(shared, plan)
  refuseImpossibleNeeds(shared, plan, pools)
  const task = shared.agents === undefined ? plan.tasks.find(({ agent }) => agent !== undefined) : undefined
  if (task === undefined) return
  throw new DagmarError('CONFIG_INVALID', {
    message: `The task ${task.id} asks for an agent, and the runtime has none.`,
    hint: "Give it some: createRuntime({ agents: agents({ … }) }), with agents of 'dagmar/agents'.",
    facts: { taskId: task.id },
  })
}

function readSignal(value: unknown, path: string): AbortSignal {
  if (value instanceof AbortSignal) return value
  throw badValue(path, value, 'an AbortSignal')
}

function readLabels(value: unknown, path: string): Readonly<Record<string, string>> {
  if (!isRecord(value)) throw badValue(path, value, 'an object of texts by key')
  for (const [key, label] of Object.entries(value)) {
    if (typeof label !== 'string') throw badValue(memberPath(path, key), label, 'a text')
  }
  return Object.freeze({ ...value }) as Readonly<Record<string, string>>
}

function readInput(plan: Plan, input: unknown): unknown {
  if (plan.inputSchema === undefined) return input
  const checked = plan.inputSchema['~standard'].validate(input)
  if (checked instanceof Promise) {
    throw new DagmarError('INPUT_INVALID', {
      message: `The input schema of ${plan.name} answers by a promise, but dispatch answers at once.`,
      hint: 'Use a schema that validates synchronously, or validate before dispatch.',
    })
  }
  if (checked.issues === undefined) return checked.value
  const issues = checked.issues.map(({ message, path }) => {
    const at = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
    return at === '' ? message : `${at}: ${message}`
  })
  throw new DagmarError('INPUT_INVALID', {
    message: `The input of ${plan.name} does not fit its schema: ${issues.join('; ')}.`,
    facts: { issues },
  })
}

/** The input as every handler gets it, also those of a run that is recovered. */
function copiedInput({ isolate, isDurable }: Shared, plan: Plan, input: unknown): unknown {
  if (input === undefined || !(isolate || isDurable)) return input
  try {
    return isDurable ? JSON.parse(JSON.stringify(input)) : cloneOf(input)
  } catch (thrown) {
    const why = isDurable ? 'kept in a store as JSON' : 'cloned, and the runtime isolates its tasks'
    throw new DagmarError('INPUT_INVALID', {
      message: `The input of ${plan.name} cannot be ${why}: ${thrownText(thrown)}`,
      hint: 'Give plain data, without functions.',
    })
  }
}

function refuseUnknownExecutors(shared: Shared, plan: Plan): void {
  let last = ''
  for (const { id, executor } of plan.tasks) {
    if (executor === last) continue
    last = executor
    if (shared.executors.has(executor)) continue
    throw new DagmarError('EXECUTOR_UNKNOWN', {
      message: `The task ${id} asks for the executor '${executor}', which the runtime does not have.${didYouMean(executor, shared.executors.keys())}`,
      hint: `Give it to createRuntime({ executors: { '${executor}': … } }). There are: ${[...shared.executors.keys()].join(', ')}.`,
      facts: { taskId: id, executor },
    })
  }
}

function refuseImpossibleNeeds(shared: Shared, plan: Plan, pools: Readonly<Record<string, number>>): void {
  let last: unknown
  for (const { id, uses } of plan.tasks) {
    if (uses === last) continue
    last = uses
    for (const [pool, amount] of Object.entries(uses)) {
      const totals = [pools[pool], shared.admission.pools.pools.total(pool)].filter(
        (total) => total !== undefined,
      )
      if (totals.length === 0) {
        throw new DagmarError('CONFIG_INVALID', {
          message: `The task ${id} uses the pool '${pool}', which neither the run nor the runtime has.`,
          hint: `Declare it: createRuntime({ pools: { '${pool}': … } }), or in the dag's pools.`,
          facts: { taskId: id, pool },
        })
      }
      const least = Math.min(...totals)
      if (amount > least) {
        throw new DagmarError('CONFIG_INVALID', {
          message: `The task ${id} uses ${amount} of the pool '${pool}', which has ${least}: it could never start.`,
          facts: { taskId: id, pool, amount, total: least },
        })
      }
    }
  }
}

/** Checks what a store has made: the facts of the run are numbered from `lastSeq` on. Throws `CONFIG_INVALID`. */
export function readJournal(journal: Journal): Journal {
  const given: unknown = journal
  if (isRecord(given) && Number.isSafeInteger(given['lastSeq'])) return journal
  // An async create that fails must not end the process as well.
  Promise.resolve(given).catch(() => undefined)
  throw badValue(
    "The journal from the store's create",
    journal,
    'an object with the integer lastSeq, given at once',
  )
}
