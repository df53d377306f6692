import type { AnyStateMachine } from 'xstate'
import { agentMachine } from '../../../machines/agent.ts'
import { dagMachine } from '../../../machines/dag.ts'
import { runtimeMachine } from '../../../machines/runtime.ts'
import { taskMachine } from '../../../machines/task.ts'
import { machineModel } from '../machine-model.ts'
import type { Entry, MachineModel } from '../protocol.ts'

const runMachines = [runtimeMachine, dagMachine, taskMachine]
const models = new Map<AnyStateMachine, MachineModel>()

/**
 * The machines that every run has: its log begins with them, so that they can be drawn from its facts. That of the agents
 * begins with theirs.
 */
export function ownMachines(
  at: number,
  machines: readonly AnyStateMachine[] = runMachines,
): readonly Entry[] {
  return machines.map((machine) => {
    const model = models.get(machine) ?? { machine: machine.id, root: machineModel(machine) }
    models.set(machine, model)
    return { kind: 'machine', at, ...model }
  })
}

/** Whether it is one of dagmar's machines, with its seams filled in or not. */
export function isOwnMachine({ config }: AnyStateMachine): boolean {
  return [...runMachines, agentMachine].some((own) => own.config === config)
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
