import fc from 'fast-check'
import { describe } from 'vitest'
import type { Outcome } from '../../machines/outcome.ts'
import type { RunFact } from '../../src/events/facts.ts'
import { fold } from '../../src/events/fold.ts'
import { resultOf } from '../../src/events/result-of.ts'
import { checkInvariants } from '../../src/testing/invariants/check-invariants.ts'
import type { Played } from '../../src/testing/rehearsal/play.ts'
import { anyScenario, anyTasks } from '../scenario/any-scenario.ts'
import { type PlayedRecovery, playRecovery } from '../scenario/play-recovery.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import type { AttemptScript, Scenario, ScriptedTask } from '../scenario/scenario.ts'
import { isSameFact } from '../scenario/same-fact.ts'
import { nameOf } from '../scenario/scenario-plan.ts'
import { law } from './law.ts'
import { limitsOf } from './play-guarantees.ts'

const none = Number.POSITIVE_INFINITY

/** Nothing that comes at an instant of its own; and an answer that a crash has lost must not be one to another question. */
const undisturbed: Partial<Scenario> = {
  commands: [],
  runTimeout: none,
  answerAfter: [0],
  strays: [],
  redrive: 'none',
  observer: 'calm',
  storeDelay: 0,
  runs: 1,
}

interface Cut {
  readonly type: number
  readonly which: number
}

/** After which fact a coordinator dies. Every type that there is is as likely as the others: most facts are of a few. */
const anyCut: fc.Arbitrary<Cut> = fc.record({ type: fc.nat(99), which: fc.nat(99) })

/** The facts before the crash: at least so many, and not all of them. */
function cutAt(facts: readonly RunFact[], { type, which }: Cut, least = 1): readonly RunFact[] {
  const lasts = facts.slice(least - 1, -1)
  const types = [...new Set(lasts.map((fact) => fact.type))]
  const ofType = lasts.filter((fact) => fact.type === types[type % types.length])
  return facts.slice(0, ofType[which % ofType.length]!.seq)
}

describe('a coordinator that dies', () => {
  law(
    'A crash at any fact, followed by recovery, settles the same tasks the same way for the same later reports; completed tasks do not run again.',
    fc.tuple(
      anyScenario(undisturbed, anyTasks().map(independent)).map((scenario) => ({
        ...scenario,
        answers: scenario.answers.map(unlessAbort),
      })),
      anyCut,
    ),
    async ([scenario, cut]) => {
      const uncut = (await playScenario(scenario)).runs[0]!
      const facts = cutAt(uncut.facts, cut)
      const recovered = await playRecovery(scenario, facts)
      const { result } = recovered.runs[0]!
      const different = scenario.tasks.flatMap((_, index) => {
        const [one, other] = [uncut, recovered.runs[0]!].map((run) =>
          JSON.stringify(essence(run.result?.outcomes[nameOf(index)])),
        )
        return one === other ? [] : [`${nameOf(index)} settled as ${one}, and after the crash as ${other}`]
      })
      if (result?.status !== uncut.result?.status)
        different.push(`the run is ${result?.status}, not ${uncut.result?.status}`)
      return [...different, ...isSound(scenario, recovered, facts)].map((breach) => crashed(breach, facts))
    },
  )

  law(
    'whatever happens to the run and however often it is recovered, leaves one that keeps every guarantee and settles',
    fc.tuple(
      anyScenario({ runs: 1 }),
      anyCut,
      anyCut,
      fc.constantFrom<'compiled' | 'interpreted'>('compiled', 'interpreted'),
    ),
    async ([scenario, cut, again, mode]) => {
      const uncut = (await playScenario(scenario)).runs[0]!
      const facts = cutAt(uncut.facts, cut)
      const recovered = await playRecovery(scenario, facts, { mode })
      const first = isSound(scenario, recovered, facts)
      if (first.length > 0 || recovered.facts.length === facts.length)
        return first.map((breach) => crashed(breach, facts))
      // A second one dies before the first has told all.
      const later = cutAt(recovered.facts, again, facts.length)
      return isSound(scenario, await playRecovery(scenario, later, { mode }), later).map((breach) =>
        crashed(breach, later),
      )
    },
  )
})

function crashed(breach: string, facts: readonly RunFact[]): string {
  const last = facts.at(-1)!
  return `${breach} (crashed after seq ${last.seq}, ${last.type} of ${last.taskId ?? 'the run'})`
}

/** What a recovered run owes whatever it meets. */
function isSound(scenario: Scenario, recovered: PlayedRecovery, before: readonly RunFact[]): string[] {
  const { plan, runs, marks, timers, facts } = recovered
  const run = runs[0]!
  const breaches: string[] = []
  if (run.isStuck || run.result === undefined) breaches.push('it does not settle')
  if (JSON.stringify(run.result) !== JSON.stringify(resultOf(fold(facts)))) {
    breaches.push('its result is not what its facts say')
  }
  if (timers.left > 0) breaches.push(`${timers.left} timers are left behind`)
  if (facts.some((fact, index) => index < before.length && !isSameFact(fact, before[index])))
    breaches.push('the journal has changed')
  const told = facts.slice(before.length)
  if (told.some((fact, index) => !isSameFact(fact, run.facts[index])) || told.length !== run.facts.length) {
    breaches.push('the journal has something else than observers saw')
  }
  const limits = limitsOf(scenario, Math.min(scenario.concurrency, scenario.runConcurrency))
  for (const { guarantee, message, story } of checkInvariants(facts, plan, { ...limits, ended: true })) {
    breaches.push(`guarantee ${guarantee}: ${message}\n${story}`)
  }
  return [...breaches, ...repeated(before, marks)]
}

function repeated(before: readonly RunFact[], marks: Played['marks']): string[] {
  const completed = new Set<string>()
  for (const fact of before) if (fact.type === 'task.completed') completed.add(fact.taskId)
  return marks.flatMap((mark) =>
    mark.type === 'attempt began' && completed.has(mark.taskId)
      ? [`${mark.attemptId} began, of a task that was completed`]
      : [],
  )
}

/** What a task's outcome comes to; attempts have other numbers after a crash. */
function essence(outcome: Outcome | undefined): unknown {
  if (outcome?.status === 'failed') return { ...outcome, failure: outcome.failure.code }
  const because = outcome?.status === 'skipped' ? outcome.because : undefined
  return { status: outcome?.status, because }
}

/** Tasks whose outcome is their own: nobody ends the run, and attempts that are told to end do so in time. */
function independent(tasks: readonly ScriptedTask[]): readonly ScriptedTask[] {
  return tasks.map((task) => ({
    ...task,
    onFailure: task.onFailure === 'abort' ? 'skip' : task.onFailure,
    severity: 'error',
    killGrace: 50,
    attempts: task.attempts.map(ending),
  }))
}

function ending(script: AttemptScript): AttemptScript {
  const { start, end, onAbort } = script
  return {
    ...script,
    start: typeof start === 'string' ? 0 : start,
    end: end === 'never' ? { after: 20, how: 'complete' } : end,
    onAbort: onAbort === 'ignore' ? 0 : onAbort,
  }
}

function unlessAbort(answer: Scenario['answers'][number]): Scenario['answers'][number] {
  return answer === 'abort' ? 'skip' : answer
}
