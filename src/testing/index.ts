export {
  assertInvariants,
  type Breach,
  checkInvariants,
  type InvariantOptions,
} from './invariants/check-invariants.ts'
export { type GuaranteeNumber, guarantees } from './invariants/guarantee.ts'
