import { DagmarError } from '../../errors/dagmar-error.ts'
import { isRecord, readFields, show } from '../../graph/read-values.ts'

const known: ReadonlySet<string> = new Set([
  'name',
  'makeExecutor',
  'makeActor',
  'work',
  'patienceMs',
  'quietMs',
])
const subject = 'What executorConformance() is given'

/** Throws `CONFIG_INVALID` for what is no `ExecutorUnderTest`. */
export function demandExecutorUnderTest(tried: unknown): void {
  if (!isRecord(tried)) throw misshapen(`${subject} is ${show(tried)}.`, undefined)
  if (typeof tried['start'] === 'function') throw misshapen(`${subject} is an executor itself.`, undefined)
  if (typeof tried['name'] !== 'string') throw misshapen(wrongly('name', tried['name'], 'a text'), 'name')
  demandFunction(tried['makeExecutor'], 'makeExecutor')
  const { work } = tried
  if (!isRecord(work)) throw misshapen(wrongly('work', work, 'an object of functions'), 'work')
  for (const kind of ['completes', 'fails', 'hangs']) demandFunction(work[kind], `work.${kind}`)
  readFields(tried, subject, known)
}

function demandFunction(value: unknown, field: string): void {
  if (typeof value !== 'function') throw misshapen(wrongly(field, value, 'a function'), field)
}

function wrongly(field: string, value: unknown, wanted: string): string {
  return `${field} is ${show(value)}, but it must be ${wanted}.`
}

function misshapen(message: string, field: string | undefined): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message,
    hint: 'Give { name, makeExecutor: () => executor, work: { completes: (output) => …, fails: (message) => …, hangs: () => … } }.',
    ...(field === undefined ? {} : { facts: { field } }),
  })
}
