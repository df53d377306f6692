import type { ClaimEnd } from '../../events/facts.ts'
import type { ClaimConflict, ClaimRequest } from '../../ports/claims.ts'
import type { Owner } from '../../ports/store.ts'
import { isAlive, showOwner } from '../durable/owner.ts'

/** The last claim of a key. */
export interface LastClaim {
  readonly fence: number
  readonly owner: Owner
  readonly ended: ClaimEnd | undefined
}

/** `anew` is a claim with a greater fence, `still` the one that is there. */
export type JudgedClaim = 'anew' | 'still' | ClaimConflict

/** What becomes of a request, given the last claim of its key: see `Claims.claim`. */
export function judgeClaim(last: LastClaim | undefined, { owner, after }: ClaimRequest): JudgedClaim {
  if (last === undefined) return 'anew'
  const { fence, ended } = last
  const isOwn = last.owner.id === owner.id
  if (fence === after) return isOwn && ended === undefined ? 'still' : 'anew'
  const heldBy = showOwner(last.owner)
  if (ended !== undefined) return { heldBy, ended }
  return isOwn || !isAlive(last.owner) ? 'anew' : { heldBy }
}
