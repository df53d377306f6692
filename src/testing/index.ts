export type { FactSource } from './facts-of.ts'
export {
  assertInvariants,
  type Breach,
  checkInvariants,
  type InvariantOptions,
} from './invariants/check-invariants.ts'
export { type GuaranteeNumber, guarantees } from './invariants/guarantee.ts'
export { law, type LawOptions, type LawOutcome, type RegisterTest } from './law.ts'
export { type Trace, trace, type TracedAttempt } from './trace.ts'
