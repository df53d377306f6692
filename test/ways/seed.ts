/** Decides all random cases of a run of the tests: DAGMAR_TEST_SEED. Without it each run tries others. */
export const seed = process.env['DAGMAR_TEST_SEED']

if (seed !== undefined) {
  const { default: fc } = await import('fast-check')
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) })
}
