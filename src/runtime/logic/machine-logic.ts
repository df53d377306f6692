import { compile } from '../compile/compile.ts'
import type { MachineLogic } from '../shared.ts'
import { dagLogic } from './dag-logic.ts'
import { taskLogic } from './task-logic.ts'

let compiled: MachineLogic | undefined

/** The machines with their seams filled in; compiled on first use, once for all runtimes. */
export function machineLogic(mode: 'compiled' | 'interpreted'): MachineLogic {
  if (mode === 'interpreted') return { dag: dagLogic, task: taskLogic }
  compiled ??= {
    dag: compile(dagLogic, { ownContext: true }),
    task: compile(taskLogic, { ownContext: true }),
  }
  return compiled
}
