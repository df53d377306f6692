import type { Claims } from '../../ports/claims.ts'
import { judgeClaim, type LastClaim } from './claim-rule.ts'

/**
 * Claims for the runtimes of one process, such as those of a test. They answer at once, and remember every task that has
 * ended.
 */
export function memoryClaims(): Claims {
  const last = new Map<string, LastClaim>()
  let fences = 0
  return {
    claim(request) {
      const { key, owner } = request
      const known = last.get(key)
      const judged = judgeClaim(known, request)
      if (judged === 'still') return { key, fence: known!.fence }
      if (judged !== 'anew') return judged
      fences += 1
      last.set(key, { fence: fences, owner, ended: undefined })
      return { key, fence: fences }
    },
    release({ key, fence }, ended) {
      const known = last.get(key)
      if (known?.fence !== fence || known.ended !== undefined) return
      if (ended === undefined) last.delete(key)
      else last.set(key, { ...known, ended })
    },
    holds({ key, fence }) {
      const known = last.get(key)
      return known?.fence === fence && known.ended === undefined
    },
  }
}
