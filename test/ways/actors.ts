import { vi } from 'vitest'
import type * as MachineLogic from '../../src/runtime/logic/machine-logic.ts'
import { setDrive } from '../../src/runtime/compile/drive.ts'

/**
 * How the actors of runs and tasks are made in a run of the tests: `slim` where they may be, as users have them;
 * `created` by XState, from compiled machines; or `interpreted` by XState altogether. The environment says which, by
 * DAGMAR_TEST_ACTORS.
 */
export type Actors = 'slim' | 'created' | 'interpreted'

export const actors = (process.env['DAGMAR_TEST_ACTORS'] ?? 'slim') as Actors

if (actors !== 'slim') {
  vi.doMock('../../src/runtime/logic/machine-logic.ts', async (original) => {
    const { machineLogic } = await original<typeof MachineLogic>()
    const withoutDrive: typeof machineLogic = (mode) => {
      const logic = machineLogic(actors === 'interpreted' ? 'interpreted' : mode)
      for (const machine of Object.values(logic)) setDrive(machine, undefined)
      return logic
    }
    return { machineLogic: withoutDrive }
  })
}
