import type { AttemptScript } from '../../src/testing/rehearsal/attempt-script.ts'
import type { TaskSettings } from '../../src/testing/any/any-task-options.ts'
import type { Circumstances } from '../../src/testing/rehearsal/circumstances.ts'

import type { ScenarioTeam } from './scenario-team.ts'

export type { AttemptScript }

export interface ScriptedTask extends TaskSettings {
  readonly needs: readonly number[]
  /** Of the pool `shared`. */
  readonly uses: number
  readonly executor: ExecutorName
  /** The script of each attempt; the last one serves for all that follow. */
  readonly attempts: readonly AttemptScript[]
}

/** `roomy` takes everything, `small` declares a capacity, `picky` says no by itself, `hard` cannot force an end. */
export type ExecutorName = 'roomy' | 'small' | 'picky' | 'hard'

/** A dag, what happens to it, and in what order: everything that a run can meet. */
export interface Scenario extends Circumstances {
  readonly tasks: readonly ScriptedTask[]
  readonly order: 'fifo' | 'critical-path'
  readonly pool: number
  readonly smallCapacity: number
  readonly pickyLimit: number
  /** Until then `picky` takes nothing. */
  readonly pickyOpensAt: number
  /** Undefined where no task asks for an agent. */
  readonly team?: ScenarioTeam
}
