import { lastingSnapshots } from '../actor/lasting-snapshots.ts'
import { driven } from '../compile/driven.ts'
import type { MachineLogic } from '../shared.ts'
import { dagLogic } from './dag-logic.ts'
import { taskLogic } from './task-logic.ts'

let compiled: MachineLogic | undefined
let interpreted: MachineLogic | undefined

/** The machines with their seams filled in; compiled on first use, once for all runtimes. */
export function machineLogic(mode: 'compiled' | 'interpreted'): MachineLogic {
  if (mode === 'interpreted') {
    interpreted ??= { dag: lastingSnapshots(dagLogic), task: lastingSnapshots(taskLogic) }
    return interpreted
  }
  compiled ??= {
    dag: lastingSnapshots(driven(dagLogic)),
    task: lastingSnapshots(driven(taskLogic)),
  }
  return compiled
}
