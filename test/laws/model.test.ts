import { anyHandleCase, runModelCommands } from 'dagmar/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AppendGroup } from '../../src/index.ts'
import { allSafe, factsIn, storeThat } from '../runtime/stores.ts'
import { law } from './law.ts'

describe('the handle of a run', () => {
  law('does, says and refuses what a plain model of it does', anyHandleCase(), (given) =>
    runModelCommands(given),
  )

  law('does so with interpreted machines, and a store that takes its time', anyHandleCase(), (given) =>
    runModelCommands(given, { mode: 'interpreted', store: storeThat(async (groups) => allSafe(groups)) }),
  )
})

describe('the cases that the model is tried on', () => {
  it('bring about every fact that handlers and a handle can', async () => {
    const told = new Set<string>()
    const append = (groups: readonly AppendGroup[]): void => {
      for (const fact of factsIn(groups))
        told.add(fact.type === 'task.skipped' ? `skipped: ${fact.because}` : fact.type)
    }
    for (const given of fc.sample(anyHandleCase(), { numRuns: 600, seed: 7 })) {
      await runModelCommands(given, { store: storeThat(append) })
    }
    expect([...told].toSorted()).toEqual([
      'run.completed',
      'run.created',
      'run.draining',
      'run.failed',
      'run.killed',
      'run.killing',
      'run.paused',
      'run.redriven',
      'run.resumed',
      'run.started',
      'skipped: answered',
      'skipped: dependency-failed',
      'skipped: rule-unmet',
      'skipped: run-aborted',
      'skipped: run-drained',
      'skipped: run-killed',
      'task.abandoned',
      'task.answered',
      'task.asked',
      'task.completed',
      'task.dead-lettered',
      'task.dispatched',
      'task.failed',
      'task.killed',
      'task.ready',
      'task.redriven',
      'task.retrying',
      'task.started',
      'task.starting',
      'task.stopping',
      'task.warned',
    ])
  })
})
