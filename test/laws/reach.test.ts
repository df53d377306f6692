import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { playScenario } from '../scenario/play-scenario.ts'
import { anyScenario } from '../scenario/any-scenario.ts'

describe('the scenarios that the laws are tried on', () => {
  it('bring about every fact that a run without agents and durability can tell, and every way to settle', async () => {
    const seen = new Set<string>()
    const scenarios = fc.sample(anyScenario(), { numRuns: 1_500, seed: 7 })
    for (const scenario of scenarios) {
      const { marks } = await playScenario(scenario)
      for (const mark of marks) {
        seen.add(mark.type)
        if (mark.type === 'task.asked') seen.add(`asked: ${mark.of}`)
        if (mark.type === 'task.answered' && mark.expired === true)
          seen.add(`answered by nobody: ${JSON.stringify(mark.answer)}`)
        if (mark.type === 'task.skipped') seen.add(`skipped: ${mark.because}`)
        if (mark.type === 'task.failed') seen.add(`failed: ${mark.failure.code}`)
        if (mark.type === 'task.stopping') seen.add(`stopping: ${mark.reason}`)
        if (mark.type === 'run.killing') seen.add(`killing: ${mark.ending}`)
        if (mark.type === 'run.killing' && mark.endsTeardowns === true) seen.add('killing: teardowns, too')
      }
    }
    expect([...seen].toSorted()).toMatchInlineSnapshot(`
      [
        "answered by nobody: "abort"",
        "answered by nobody: "ignore"",
        "answered by nobody: "no"",
        "answered by nobody: "perhaps"",
        "answered by nobody: "skip"",
        "answered by nobody: "yes"",
        "asked: confirm",
        "asked: failure",
        "asked: handler",
        "attempt began",
        "attempt ended",
        "failed: ATTEMPT_ABANDONED",
        "failed: ATTEMPT_STALLED",
        "failed: ATTEMPT_TIMEOUT",
        "failed: EXECUTOR_THREW",
        "failed: SCRIPTED",
        "failed: START_TIMEOUT",
        "kill called",
        "killing: aborted",
        "killing: killed",
        "killing: teardowns, too",
        "killing: timed-out",
        "observer.failed",
        "run.completed",
        "run.created",
        "run.draining",
        "run.failed",
        "run.killed",
        "run.killing",
        "run.paused",
        "run.redriven",
        "run.resumed",
        "run.started",
        "skipped: answered",
        "skipped: dependency-failed",
        "skipped: rule-unmet",
        "skipped: run-aborted",
        "skipped: run-drained",
        "skipped: run-killed",
        "skipped: run-timed-out",
        "stopping: kill",
        "stopping: stall",
        "stopping: start-timeout",
        "stopping: timeout",
        "task.abandoned",
        "task.answered",
        "task.asked",
        "task.completed",
        "task.dead-lettered",
        "task.deferred",
        "task.dispatched",
        "task.failed",
        "task.killed",
        "task.placed",
        "task.ready",
        "task.redriven",
        "task.retrying",
        "task.skipped",
        "task.stalled",
        "task.started",
        "task.starting",
        "task.stopping",
        "task.unstalled",
        "task.warned",
      ]
    `)
  }, 120_000)
})
