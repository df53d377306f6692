import type { TaskId } from '../../machines/outcome.ts'
import { plan as planFrom } from '../../src/graph/make-plan.ts'
import type { Plan } from '../../src/graph/plan.ts'
import { optionsOf } from '../../src/testing/any/any-task-options.ts'
import { planInWords } from '../../src/testing/law/in-words.ts'
import type { AttemptScript, Scenario, ScriptedTask } from './scenario.ts'
import { askAt, askOptions, type ScenarioTeam } from './scenario-team.ts'

/** The name of the task at a place. */
export function nameOf(index: number): TaskId {
  return `t${index}`
}

/** The dag of a scenario. */
export function planOfScenario(scenario: Scenario): Plan {
  return planFrom({
    name: 'scenario',
    order: scenario.order,
    tasks: scenario.tasks.map(
      (task, index) => [nameOf(index), definition(task, index, scenario.team)] as const,
    ),
  })
}

function definition(task: ScriptedTask, index: number, team: ScenarioTeam | undefined) {
  const uses = askAt(team, index)?.uses ?? 0
  const attempts = uses === 0 ? task.attempts : task.attempts.map((script) => ({ ...script, uses }))
  return {
    ...optionsOf(task),
    run: { executor: task.executor, work: attempts },
    needs: task.needs.map(nameOf),
    ...askOptions(team, index),
    ...(task.uses === 0 ? {} : { uses: { shared: task.uses } }),
  }
}

/** The dag, how the attempts of each task go, and what else happens, as lines. */
export function scenarioInWords(scenario: Scenario): string {
  const { tasks, ...rest } = scenario
  const scripts = tasks.map(
    ({ attempts }, index) => `  ${nameOf(index)}: ${attempts.map(scriptInWords).join(' · then ')}`,
  )
  const circumstances = Object.entries(rest).map(([name, value]) => `${name} ${plain(value)}`)
  return [planInWords(planOfScenario(scenario)), ...scripts, `  ${circumstances.join(', ')}`].join('\n')
}

function scriptInWords({
  start,
  places,
  beats,
  warns,
  asks,
  asksWithin,
  end,
  onAbort,
  onForce,
}: AttemptScript): string {
  return [
    typeof start === 'number' ? `starts at ${start}` : `start: ${start}`,
    ...(places ? ['says where'] : []),
    ...(beats.length === 0 ? [] : [`beats at ${beats.join(' ')}`]),
    ...(warns === undefined ? [] : [`warns at ${warns}`]),
    ...(asks === undefined ? [] : [`asks at ${asks}${asksWithin === undefined ? '' : ` for ${asksWithin}`}`]),
    end === 'never' ? 'never ends' : `${end.how} after ${end.after}`,
    ...(onAbort === 0 ? [] : [`when aborted: ${onAbort}`]),
    ...(onForce === 0 ? [] : [`when forced: ${onForce}`]),
  ].join(', ')
}

function plain(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner === Number.POSITIVE_INFINITY ? '∞' : inner,
  ).replaceAll('"', '')
}
