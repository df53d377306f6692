import { it } from '@fast-check/vitest'
import { createRuntime, fold, plan, SimulatedClock, type TaskView } from 'dagmar'
import { firstValueFrom } from 'rxjs'
import { filter } from 'rxjs/operators'
import { describe, expect } from 'vitest'
import { RunProgress } from '../../src/cli/view/run-progress.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import { anyScenario } from '../scenario/any-scenario.ts'

describe('what the views know of a run', () => {
  it.prop([anyScenario()], { numRuns: 200 })('agrees with the fold of its facts', async (scenario) => {
    const { plan, runs } = await playScenario(scenario)
    for (const { facts } of runs) {
      const progress = new RunProgress(plan)
      for (const [index, fact] of facts.entries()) {
        progress.apply(fact)
        // The whole fold of each prefix would cost the square of the facts.
        if (index % 7 !== 0 && index !== facts.length - 1) continue
        const view = fold(facts.slice(0, index + 1))
        expect(progress.tasks).toEqual(view.tasks)
        expect(progress.counts).toEqual(view.counts)
        expect(progress.state).toBe(view.status)
        const tasksThatAre = (...statuses: readonly string[]) =>
          [...view.tasks.values()].filter(({ status }) => statuses.includes(status))
        const inOrder = (tasks: Iterable<TaskView>) =>
          [...tasks].toSorted((one, other) => (one.id < other.id ? -1 : 1))
        expect(inOrder(progress.live.values())).toEqual(
          inOrder(tasksThatAre('starting', 'running', 'stalled', 'stopping')),
        )
        expect(inOrder(progress.held.values())).toEqual(inOrder(tasksThatAre('dispatched')))
        expect(inOrder(progress.ready.values())).toEqual(inOrder(tasksThatAre('ready')))
      }
    }
  })
})

describe('the teardowns that an early end would leave to run', () => {
  it('are those of what has started, and the teardowns of these', async () => {
    const planned = plan({
      name: 'service',
      tasks: {
        last: { needs: ['down'], teardown: true, run: () => undefined },
        down: { needs: ['up'], teardown: true, run: () => undefined },
        other: { needs: ['never'], teardown: true, run: () => undefined },
        up: { run: () => new Promise(() => undefined) },
        never: { needs: ['up'], run: () => undefined },
      },
    })
    const run = createRuntime({ clock: new SimulatedClock() }).dispatch(planned)
    const progress = new RunProgress(planned)
    expect(progress.teardowns).toHaveLength(0)
    run.events$.subscribe((fact) => progress.apply(fact))
    await firstValueFrom(run.events$.pipe(filter(({ type }) => type === 'task.starting')))
    expect(progress.teardowns).toHaveLength(2)
  })
})
