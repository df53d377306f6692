import { compile } from '../compile/compile.ts'
import { dagLogic } from './dag-logic.ts'
import { taskLogic } from './task-logic.ts'

/** What the actors of runs and tasks are made of. */
export interface MachineLogic {
  readonly dag: typeof dagLogic
  readonly task: typeof taskLogic
}

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
