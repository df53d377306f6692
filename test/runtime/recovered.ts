export { recoveredRun as recover, storeWith } from '../../src/testing/rehearsal/recovered-run.ts'
