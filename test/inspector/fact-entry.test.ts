import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunFact } from 'dagmar'
import { factWriter } from '../../src/inspector/recording/fact-entry.ts'
import { sanitiser } from '../../src/inspector/sanitise.ts'

const name = fc.oneof(
  fc.constantFrom('build', 'a/b.c:d-e', 'quote"d', '\\', '</script>', '\u2028', 'é', '😀', ''),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const output = fc.oneof(fc.constantFrom(undefined, null, true, 0, -1.5, '', 'x"y'), name, fc.array(name))

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

type Told = 'task.ready' | 'task.dispatched' | 'task.starting' | 'task.started' | 'task.completed'
type FieldsOf<F> = F extends unknown ? keyof F : never

/** The compiler asks for a field that is added to one of these facts. */
const fields: Record<FieldsOf<Extract<RunFact, { type: Told }>>, fc.Arbitrary<unknown>> = {
  type: fc.constantFrom<Told[]>(
    'task.ready',
    'task.dispatched',
    'task.starting',
    'task.started',
    'task.completed',
  ),
  seq: fc.nat(),
  at: fc.nat(3),
  runId: fc.constantFrom('one', 'tw"o'),
  taskId: name,
  causeSeq: optional(fc.nat()),
  attempt: fc.integer({ min: 1, max: 3 }),
  executor: name,
  agentId: optional(name),
  until: optional(fc.nat()),
  output,
  written: optional(fc.constant('1.0')),
  redacted: optional(fc.constant(['a'])),
}
const every = ['type', 'seq', 'at', 'runId', 'taskId', 'causeSeq'] as const
const own: Readonly<Record<string, readonly (keyof typeof fields)[]>> = {
  'task.ready': [],
  'task.dispatched': ['attempt', 'executor', 'agentId'],
  'task.starting': ['attempt', 'until'],
  'task.started': ['attempt'],
  'task.completed': ['attempt', 'output', 'written', 'redacted'],
}

const told = fc.record(fields).map((made) => {
  const fact: Partial<Record<string, unknown>> = {}
  for (const field of [...every, ...own[made.type as Told]!]) fact[field] = made[field]
  return fact as unknown as RunFact
})

describe('a fact that every task tells', () => {
  it('is written with all that is in it, and with nothing of the one before it', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 20 }), (facts) => {
        const write = factWriter(sanitiser({}), {})
        for (const fact of facts) {
          expect(JSON.parse(write(fact))).toEqual({ kind: 'fact', fact: JSON.parse(JSON.stringify(fact)) })
        }
      }),
    )
  })

  it('goes through what keeps values back', () => {
    const completed = {
      type: 'task.completed',
      seq: 1,
      at: 1,
      runId: 'r',
      taskId: 't',
      attempt: 1,
      output: 'secret',
    } as RunFact
    const options = { sanitise: () => 'kept back' }
    expect(JSON.parse(factWriter(sanitiser(options), options)(completed))).toMatchObject({
      fact: { output: 'kept back' },
    })
  })
})
