import type { AnyStateMachine } from 'xstate'
import { dagMachine } from '../../../machines/dag.ts'
import { taskMachine } from '../../../machines/task.ts'
import { lastingSnapshots } from '../actor/lasting-snapshots.ts'
import { driven } from '../compile/driven.ts'
import type { MachineLogic } from '../shared.ts'
import { dagSeams } from './dag-logic.ts'
import { taskSeams } from './task-logic.ts'

let compiled: MachineLogic | undefined
let interpreted: MachineLogic | undefined

/**
 * The machines with their seams filled in. Made on first use, because that takes a few milliseconds, and once for all
 * runtimes.
 */
export function machineLogic(mode: 'compiled' | 'interpreted'): MachineLogic {
  if (mode === 'interpreted') {
    interpreted ??= logicBy((machine) => machine)
    return interpreted
  }
  compiled ??= logicBy((machine) => driven(machine))
  return compiled
}

function logicBy(drive: <Machine extends AnyStateMachine>(machine: Machine) => Machine): MachineLogic {
  return {
    dag: lastingSnapshots(drive(dagMachine.provide(dagSeams))),
    task: lastingSnapshots(drive(taskMachine.provide(taskSeams))),
  }
}
