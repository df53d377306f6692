import { asError } from '../../../errors/foreign-value.ts'
import { DagmarError, type ErrorCode } from '../../../errors/dagmar-error.ts'
import type { RunFact } from '../../../events/facts.ts'
import { type RunSummary, summaryAfter } from '../../../events/run-summary.ts'
import type { AppendGroup, Journal, Owner, Store } from '../../../ports/store.ts'
import { demand } from '../carried-out.ts'

/** Two runtimes of this process that a store may have to do with. */
export const owners: readonly [Owner, Owner] = [{ id: 'first owner' }, { id: 'second owner' }]

/** What a case has in its hands. */
export interface StoreBench {
  readonly store: Store
  /** Another store over what `store` keeps, as another process would have it; undefined where there is none. */
  readonly reopen: (() => Promise<Store>) | undefined
}

/** What came of an append: an answer for each group. */
export async function answersTo(
  store: Store,
  groups: readonly AppendGroup[],
): Promise<readonly (Error | undefined)[]> {
  let answers: readonly (Error | undefined)[] | undefined
  try {
    // oxlint-disable-next-line typescript/no-confusing-void-expression
    answers = (await store.append(groups)) as readonly (Error | undefined)[] | undefined
  } catch (thrown) {
    return groups.map(() => asError(thrown))
  }
  if (answers === undefined) return groups.map(() => undefined)
  demand(Array.isArray(answers), `an append resolved with ${typeof answers}, not with a list of answers`)
  demand(answers.length === groups.length, `${groups.length} groups got ${answers.length} answers`)
  for (const answer of answers) {
    const isAnswer = answer === undefined || answer instanceof Error
    demand(isAnswer, `a group was answered with ${String(answer)}: neither nothing nor an Error`)
  }
  return answers
}

/** Appends facts to one journal; they have to be safe. */
export async function append(store: Store, journal: Journal, facts: readonly RunFact[]): Promise<void> {
  if (facts.length === 0) return
  const [refusal] = await answersTo(store, [{ journal, facts }])
  demand(refusal === undefined, `facts ${seqsOf(facts)} were refused: ${refusal?.message}`)
}

/** Appends facts to one journal; they have to be refused, whatever for, and the journal stays as it was. */
export async function appendRefused(
  store: Store,
  journal: Journal,
  facts: readonly RunFact[],
  what: string,
): Promise<void> {
  const before = await store.read(journal.runId)
  const [refusal] = await answersTo(store, [{ journal, facts }])
  demand(refusal !== undefined, `${what} was appended`)
  demandFacts(await store.read(journal.runId), before, `after ${what} was refused`)
}

/** Creates the journal of a run and appends its facts, a few at a time. */
export async function keep(store: Store, facts: readonly RunFact[], owner = owners[0]): Promise<Journal> {
  const journal = store.create(facts[0]!.runId, owner)
  for (let at = 0; at < facts.length; at += 3) await append(store, journal, facts.slice(at, at + 3))
  return journal
}

/** The facts have to be these, in this order, but for what JSON leaves out. */
export function demandFacts(got: readonly RunFact[], told: readonly RunFact[], when: string): void {
  demand(seqsOf(got) === seqsOf(told), `${when} the facts are ${seqsOf(got)}, not ${seqsOf(told)}`)
  for (const [index, fact] of told.entries()) {
    const [one, other] = [plainly(got[index]), plainly(fact)]
    demand(one === other, `${when} fact ${fact.seq} is ${one}, not ${other}`)
  }
}

/** The summaries have to be these, in this order. */
export function demandSummaries(got: readonly RunSummary[], told: readonly RunSummary[], when: string): void {
  const [one, other] = [plainly(got), plainly(told)]
  demand(one === other, `${when} the runs are ${one}, not ${other}`)
}

/** Something has to throw a `DagmarError` with that code. */
export function demandThrown(code: ErrorCode, act: () => unknown, what: string): void {
  try {
    act()
  } catch (thrown) {
    const said = thrown instanceof DagmarError ? thrown.code : String(thrown)
    demand(said === code, `${what} threw ${said}, not ${code}`)
    return
  }
  demand(false, `${what} did not throw`)
}

export function summaryOf(facts: readonly RunFact[]): RunSummary {
  let summary: RunSummary | undefined
  for (const fact of facts) summary = summaryAfter(summary, fact)
  return summary!
}

function seqsOf(facts: readonly RunFact[]): string {
  if (facts.length === 0) return 'none'
  const isWhole = facts.every(({ seq }, index) => seq === facts[0]!.seq + index)
  if (isWhole) return `${facts[0]!.seq} to ${facts.at(-1)!.seq}`
  return facts
    .slice(0, 100)
    .map(({ seq }) => seq)
    .join(' ')
}

/** As JSON, with the fields in alphabetical order. */
function plainly(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
