import type { FailureAnswer, TaskId } from '../../../machines/outcome.ts'
import { showMs } from '../../time/show-ms.ts'
import { type AgentFault, agentFaultPhrase } from './agent-fault.ts'
import { type DagFault, faultPhrase } from './fault.ts'

/** A task takes this many times as long as expected. */
export interface TaskPace {
  readonly taskId: TaskId
  readonly times: number
}

/**
 * What a person answers to a task with `onFailure: 'ask'`, question by question. After the end of the list, `skip`. With `no`
 * among it a task with `confirm` is told so, and else `yes`.
 */
export interface TaskAnswers {
  readonly taskId: TaskId
  readonly answers: readonly (FailureAnswer | 'no')[]
}

/** Everything in which an explored run differs from the one in which nothing goes wrong. */
export interface Variant {
  readonly faults: readonly DagFault[]
  readonly paces: readonly TaskPace[]
  readonly answers: readonly TaskAnswers[]
  /** At most one for each agent. */
  readonly agents: readonly AgentFault[]
  /** How long before midnight UTC the run starts. @default early in the day */
  readonly midnightInMs?: number
  /** The `seq` of the fact after which the coordinator dies. Another one recovers the run. @default it lives */
  readonly crashAfter?: number
}

export const nothingHappens: Variant = { faults: [], paces: [], answers: [], agents: [] }

export function variantOf(...faults: readonly DagFault[]): Variant {
  return { ...nothingHappens, faults }
}

/** How many things are different in it. */
export function partsOf({ faults, paces, answers, agents, midnightInMs }: Variant): number {
  const parts = faults.length + paces.length + answers.length + agents.length
  return midnightInMs === undefined ? parts : parts + 1
}

/** A variant in words, after `when`: `build fails every time, and test takes 5 times as long`. */
export function variantPhrase(variant: Variant): string {
  const { faults, paces, answers, agents, midnightInMs, crashAfter } = variant
  const parts = [
    ...faults.map(faultPhrase),
    ...agents.map(agentFaultPhrase),
    ...paces.map(({ taskId, times }) =>
      times === 0 ? `${taskId} takes no time` : `${taskId} takes ${times} times as long`,
    ),
    ...answers
      .filter((one) => one.answers.length > 0)
      .map((one) => `the answer to ${one.taskId} is ${one.answers.join(', then ')}`),
    ...(midnightInMs === undefined ? [] : [`the run starts ${showMs(midnightInMs)} before midnight UTC`]),
    ...(crashAfter === undefined ? [] : [`the coordinator dies after fact ${crashAfter}`]),
  ]
  return parts.length === 0 ? 'nothing goes wrong' : parts.join(', and ')
}
