/**
 * How the actors of runs and tasks are made in a run of the tests: `slim` where they may be, as users have them;
 * `created` by XState, from compiled machines; or `interpreted` by XState altogether. The environment says which, by
 * DAGMAR_TEST_ACTORS.
 */
export type Actors = 'slim' | 'created' | 'interpreted'

export const actors = (process.env['DAGMAR_TEST_ACTORS'] ?? 'slim') as Actors

if (actors !== 'slim') {
  const { machineLogic } = await import('../../src/runtime/logic/machine-logic.ts')
  const { setDrive } = await import('../../src/runtime/compile/drive.ts')
  const logic = machineLogic('compiled')
  if (actors === 'interpreted') Object.assign(logic, machineLogic('interpreted'))
  for (const machine of Object.values(logic)) setDrive(machine, undefined)
}
