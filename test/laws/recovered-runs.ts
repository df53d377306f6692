import type fc from 'fast-check'
import type { Outcome } from '../../machines/outcome.ts'
import type { RunFact } from '../../src/events/facts.ts'
import { fold } from '../../src/events/fold.ts'
import { resultOf } from '../../src/events/result-of.ts'
import { checkInvariants } from '../../src/testing/invariants/check-invariants.ts'
import type { Played, PlayedRun } from '../../src/testing/rehearsal/play.ts'
import { anyTasks } from '../scenario/any-scenario.ts'
import { anyScenarioWithAgents, anyTeam } from '../scenario/any-team.ts'
import type { PlayedRecovery } from '../scenario/play-recovery.ts'
import type { AttemptScript, Scenario, ScriptedTask } from '../scenario/scenario.ts'
import { isSameFact } from '../scenario/same-fact.ts'
import { nameOf } from '../scenario/scenario-plan.ts'
import type { ScenarioTeam } from '../scenario/scenario-team.ts'
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

/** Scenarios in which what becomes of a task depends on nothing that a crash may move. */
export function anyUndisturbed(): fc.Arbitrary<Scenario> {
  return anyScenarioWithAgents(undisturbed, anyTasks().map(independent), anyTeam().map(steady)).map(
    (scenario) => ({
      ...scenario,
      answers: scenario.answers.map(unlessAbort),
    }),
  )
}

/** What has settled in another way than it did without a crash. */
export function settledOtherwise(scenario: Scenario, uncut: PlayedRun, recovered: PlayedRun): string[] {
  const different = scenario.tasks.flatMap((_, index) => {
    const [one, other] = [uncut, recovered].map((run) =>
      JSON.stringify(essence(run.result?.outcomes[nameOf(index)])),
    )
    return one === other ? [] : [`${nameOf(index)} settled as ${one}, and after the crash as ${other}`]
  })
  if (recovered.result?.status !== uncut.result?.status)
    different.push(`the run is ${recovered.result?.status}, not ${uncut.result?.status}`)
  return different
}

export function crashed(breach: string, facts: readonly RunFact[]): string {
  const last = facts.at(-1)!
  return `${breach} (crashed after seq ${last.seq}, ${last.type} of ${last.taskId ?? 'the run'})`
}

/** What a recovered run owes whatever it meets. */
export function isSound(scenario: Scenario, recovered: PlayedRecovery, before: readonly RunFact[]): string[] {
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

/** Agents who are there or not, and spend nothing: what they have spent is not in the journal of a run. */
function steady(team: ScenarioTeam): ScenarioTeam {
  const list = team.list.map(({ id, capabilities = [], maxLoad = 1 }) => ({
    id,
    capabilities,
    maxLoad,
    ttl: none,
  }))
  return { ...team, list, changes: [] }
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
