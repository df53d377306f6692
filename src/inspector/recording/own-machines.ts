import type { AnyStateMachine } from 'xstate'
import { dagMachine } from '../../../machines/dag.ts'
import { runtimeMachine } from '../../../machines/runtime.ts'
import { taskMachine } from '../../../machines/task.ts'
import { machineModel } from '../machine-model.ts'
import type { Entry, MachineModel } from '../protocol.ts'

const machines = [runtimeMachine, dagMachine, taskMachine]
let models: readonly MachineModel[] | undefined

/** The machines that every run has: each log begins with them, so that they can be drawn from its facts. */
export function ownMachines(at: number): readonly Entry[] {
  models ??= machines.map((machine) => ({
    machine: machine.id,
    root: machineModel(machine),
  }))
  return models.map((model) => ({ kind: 'machine', at, ...model }))
}

/** Whether it is one of dagmar's machines, with its seams filled in or not. */
export function isOwnMachine({ config }: AnyStateMachine): boolean {
  return machines.some((own) => own.config === config)
}

/**
 * What others may send to dagmar's own actors: what its handles do. Anything else that these take is told by dagmar
 * alone, and dropped where others send it.
 */
export const ownCommands: ReadonlySet<string> = new Set([
  'runtime.shutdown',
  'run.pause',
  'run.resume',
  'run.drain',
  'run.kill',
  'run.killTask',
  'task.kill',
  'task.answer',
])
