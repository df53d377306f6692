import fc from 'fast-check'
import { describe } from 'vitest'
import type { FailureAnswer, Outcome, RunFact } from '../../src/index.ts'
import { oldAttemptsStayQuiet } from './play-guarantees.ts'
import { type PlayedScenario, playScenario } from '../scenario/play-scenario.ts'
import { nameOf } from '../scenario/scenario-plan.ts'
import { anyAttempt } from '../scenario/any-attempt.ts'
import { anyScenario, anyTasks } from '../scenario/any-scenario.ts'
import type { AttemptScript, Scenario, ScriptedTask } from '../scenario/scenario.ts'
import { law } from './law.ts'

const none = Number.POSITIVE_INFINITY

describe('two plays of the same scenario', () => {
  law('A report of an old attempt changes nothing.', anyScenario(), async (scenario) => {
    const disturbed = await playScenario(scenario)
    const undisturbed = await playScenario({ ...scenario, strays: [] })
    return [...oldAttemptsStayQuiet(disturbed), ...differences(disturbed, undisturbed, () => true)]
  })

  law(
    'An answer to one waiting task changes no sibling.',
    fc.tuple(
      anyScenario(unlimited, anyTasks().map(withQuestion)),
      fc.constantFrom<FailureAnswer>('retry', 'ignore', 'skip'),
      fc.constantFrom<FailureAnswer>('ignore', 'skip'),
    ),
    async ([scenario, answer, other]) => {
      const others = waits.map(() => other)
      const asked = await playScenario({
        ...scenario,
        answers: ['skip', ...others],
        answerAfter: [0, ...waits],
      })
      const otherwise = await playScenario({
        ...scenario,
        answers: [answer, ...others],
        answerAfter: [37, ...waits],
      })
      const related = new Set([nameOf(0), ...descendants(scenario.tasks)])
      return differences(asked, otherwise, (fact) => fact.taskId !== undefined && !related.has(fact.taskId))
    },
  )

  law(
    'The order in which independent tasks complete changes no outcome, without abort, critical failures, early rules, and limits of time and quota.',
    fc.tuple(
      anyScenario(
        {
          commands: [],
          runTimeout: none,
          answers: ['ignore'],
          answerAfter: [15],
          redrive: 'none',
          observer: 'calm',
        },
        anyTasks().map(patient),
      ),
      fc.array(anyAttempt(), { minLength: 1, maxLength: 5 }),
    ),
    async ([scenario, paces]) => {
      const first = await playScenario(scenario)
      const second = await playScenario({
        ...scenario,
        tasks: scenario.tasks.map((task, index) => atPace(task, paces, index)),
      })
      return first.runs.flatMap(({ result }, run) =>
        scenario.tasks.flatMap((_, index) => {
          const one = JSON.stringify(essence(result?.outcomes[nameOf(index)]))
          const other = JSON.stringify(essence(second.runs[run]!.result?.outcomes[nameOf(index)]))
          return one === other
            ? []
            : [`${nameOf(index)} settled as ${one} in one order and as ${other} in another`]
        }),
      )
    },
  )
})

const timeless = { timeout: none, startTimeout: 30_000, stall: false, killGrace: 50 } as const

/** Nothing that tasks could take from each other, and nothing that ends the run. */
const unlimited: Partial<Scenario> = {
  concurrency: none,
  runConcurrency: none,
  commands: [],
  runTimeout: none,
  strays: [],
  redrive: 'none',
  observer: 'calm',
  storeDelay: 0,
  runs: 1,
}

const waits = Array.from({ length: 7 }, () => 15)

/**
 * The first task fails, and may ask by itself; the others may ask as well, and nobody ends the run. No limits of time: two things of
 * one instant come in either order.
 */
function withQuestion(tasks: readonly ScriptedTask[]): readonly ScriptedTask[] {
  return tasks.map((task, index) => {
    const onFailure = index === 0 ? 'ask' : task.onFailure === 'abort' ? 'skip' : task.onFailure
    const attempts = task.attempts.map((script) =>
      index === 0 ? failing(script) : { ...script, start: soon(script) },
    )
    const { decision } = task.asked
    const asked = { ...task.asked, decision: decision === 'abort' ? undefined : decision }
    return { ...task, onFailure, asked, severity: 'error', executor: 'roomy', uses: 0, attempts, ...timeless }
  })
}

function failing(script: AttemptScript): AttemptScript {
  return {
    ...script,
    start: soon(script),
    end: { after: script.end === 'never' ? 20 : script.end.after, how: 'fail' },
  }
}

/** An executor that takes an attempt back is left alone for a while, by all: what tasks could take from each other. */
function soon({ start }: AttemptScript): AttemptScript['start'] {
  return start === 'reject' ? 0 : start
}

function descendants(tasks: readonly ScriptedTask[]): string[] {
  const found = new Set([0])
  for (const [index, { needs }] of tasks.entries())
    if (needs.some((need) => found.has(need))) found.add(index)
  return [...found].map(nameOf)
}

/** No early rule, no limit of time, nobody who ends the run. */
function patient(tasks: readonly ScriptedTask[]): readonly ScriptedTask[] {
  return tasks.map((task) => ({
    ...task,
    when: task.when.startsWith('any-') || task.when === 'always' ? 'all-settled' : task.when,
    onFailure: task.onFailure === 'abort' ? 'skip' : task.onFailure,
    severity: 'error',
    asked: { ...task.asked, answerWithin: none, decision: undefined },
    ...timeless,
    attempts: task.attempts.map((script) => ({
      ...script,
      start: script.start === 'never' ? 0 : script.start,
      end: script.end === 'never' ? { after: 20, how: 'complete' } : script.end,
    })),
  }))
}

/** The same attempts, with other lengths. */
function atPace(task: ScriptedTask, paces: readonly AttemptScript[], index: number): ScriptedTask {
  return {
    ...task,
    attempts: task.attempts.map((script, number) => {
      const pace = paces[(index + number) % paces.length]!
      if (script.end === 'never' || pace.end === 'never') return script
      const start =
        typeof script.start === 'number' && typeof pace.start === 'number' ? pace.start : script.start
      return { ...script, start, end: { ...script.end, after: pace.end.after } }
    }),
  }
}

/** What a task's outcome comes to; which of several failed dependencies is named as the cause may differ. */
function essence(outcome: Outcome | undefined): unknown {
  if (outcome?.status === 'completed') return outcome
  if (outcome?.status === 'skipped') return { status: 'skipped', because: outcome.because }
  return { status: outcome?.status, code: outcome?.status === 'failed' ? outcome.failure.code : undefined }
}

/** Where the chosen facts of two plays are not the same, but for their numbers, and the order of two tasks in one instant. */
function differences(a: PlayedScenario, b: PlayedScenario, isChosen: (fact: RunFact) => boolean): string[] {
  const chosen = (facts: readonly RunFact[]): string[] =>
    facts
      .filter(isChosen)
      .sort((x, y) => x.at - y.at || (x.taskId ?? '').localeCompare(y.taskId ?? ''))
      .map(plain)
  return a.runs.flatMap(({ runId, facts }, run) => {
    const one = chosen(facts)
    const other = chosen(b.runs[run]!.facts)
    const at = one.findIndex((fact, index) => fact !== other[index])
    if (at === -1 && one.length === other.length) return []
    return [
      `${runId}: ${one[at === -1 ? other.length : at]} in one play, ${other[at === -1 ? one.length : at]} in the other`,
    ]
  })
}

function plain(fact: RunFact): string {
  const { seq: _seq, causeSeq: _causeSeq, ...rest } = fact
  return JSON.stringify(rest)
}
