import fc, { type Arbitrary } from 'fast-check'
import type { ConfirmAnswer, FailureAnswer } from '../../machines/outcome.ts'
import { ms } from '../../src/testing/any/any-pace.ts'
import { anyAttempt } from './any-attempt.ts'
import { anyList } from '../../src/testing/any/any-list.ts'
import { anyTaskSettings, fitting } from '../../src/testing/any/any-task-options.ts'
import { worded } from '../../src/testing/law/in-words.ts'
import type { ExecutorName, Scenario, ScriptedTask } from './scenario.ts'
import { anyStray, places } from '../../src/testing/any/any-stray.ts'
import type { ScheduledCommand } from '../../src/testing/rehearsal/circumstances.ts'
import { scenarioInWords } from './scenario-plan.ts'
import { needsAt } from '../../src/testing/any/dag-shape.ts'

const none = Number.POSITIVE_INFINITY

/** Up to `most` tasks, with their options and the scripts of their attempts. */
export function anyTasks(most = 8): Arbitrary<readonly ScriptedTask[]> {
  const task = fc.record({
    links: fc.array(fc.nat(places - 1), { maxLength: 3 }),
    settings: anyTaskSettings(),
    uses: fc.constantFrom(0, 0, 1, 2),
    executor: fc.constantFrom<ExecutorName>('roomy', 'roomy', 'roomy', 'small', 'picky', 'hard'),
    attempts: fc.array(anyAttempt(), { minLength: 1, maxLength: 3 }),
  })
  return anyList(task, { min: 1, max: most }).map((tasks) =>
    tasks.map(({ links, settings, ...rest }, index) => {
      const needs = needsAt(index, { shape: 'any', count: tasks.length, links })
      return { needs, ...fitting(settings, needs), ...rest }
    }),
  )
}

/** A command at an instant. */
export function anyCommand(withinMs = 250): Arbitrary<ScheduledCommand> {
  const at = fc.integer({ min: 0, max: withinMs })
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ at, do: fc.constantFrom('pause' as const, 'resume' as const) }) },
    { weight: 1, arbitrary: fc.record({ at, do: fc.constantFrom('kill' as const, 'drain' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ at, do: fc.constant('kill-task' as const), task: fc.nat(places - 1) }),
    },
  )
}

/** Everything at once. `fixed` replaces what a law wants held still. */
export function anyScenario(fixed: Partial<Scenario> = {}, tasks = anyTasks()): Arbitrary<Scenario> {
  return fc
    .record({
      tasks,
      concurrency: ms(1, 2, 4, none),
      runConcurrency: ms(1, 3, none),
      order: fc.constantFrom<Scenario['order']>('fifo', 'critical-path'),
      pool: ms(2, 3),
      smallCapacity: ms(1, 2),
      pickyLimit: ms(1, 2),
      pickyOpensAt: ms(0, 0, 150, 900),
      admission: fc.constantFrom<Scenario['admission']>('both', 'both', 'executor'),
      runTimeout: ms(none, none, none, 120),
      commands: fc.array(anyCommand(), { maxLength: 3 }),
      confirms: fc.array(fc.constantFrom<ConfirmAnswer>('yes', 'yes', 'no'), { minLength: 1, maxLength: 3 }),
      answers: fc.array(fc.constantFrom<FailureAnswer>('retry', 'skip', 'ignore', 'abort'), {
        minLength: 1,
        maxLength: 4,
      }),
      answerAfter: fc.array(ms(0, 15, 70), { minLength: 1, maxLength: 4 }),
      strays: fc.array(anyStray(), { maxLength: 6 }),
      storeDelay: ms(0, 0, 0, 3),
      observer: fc.constantFrom<Scenario['observer']>(
        'calm',
        'calm',
        'calm',
        'throws',
        'late',
        'slow',
        'kills',
      ),
      redrive: fc.oneof(fc.constantFrom<Scenario['redrive']>('none', 'none', 'all'), fc.nat(places - 1)),
      runs: fc.constantFrom(1, 1, 2),
    })
    .map((scenario) => {
      const whole = { ...wrapped(scenario), ...fixed }
      return worded(whole, () => scenarioInWords(whole))
    })
}

/** Every place is that of a task. */
function wrapped(scenario: Scenario): Scenario {
  const count = scenario.tasks.length
  const { redrive } = scenario
  return {
    ...scenario,
    commands: scenario.commands.map((command) =>
      command.do === 'kill-task' ? { ...command, task: command.task % count } : command,
    ),
    strays: scenario.strays.map((stray) => ({ ...stray, task: stray.task % count })),
    redrive: typeof redrive === 'number' ? redrive % count : redrive,
  }
}
