import type fastCheck from 'fast-check'
import { DagmarError } from '../../errors/dagmar-error.ts'

let missing: unknown
const loaded: typeof fastCheck | undefined = await import('fast-check').then(
  (module) => module.default,
  (reason: unknown) => {
    missing = reason
    return undefined
  },
)

/**
 * fast-check, an optional peer: the same instance as the user's own. Without it whatever needs none of it works all the
 * same, and the first use throws `PEER_MISSING`.
 */
export const fc: typeof fastCheck =
  loaded ??
  new Proxy({} as typeof fastCheck, {
    get() {
      throw new DagmarError('PEER_MISSING', {
        message: 'fast-check is not there: arbitraries, laws and models are made with it.',
        hint: 'Install it beside dagmar: npm install --save-dev fast-check.',
        facts: { peer: 'fast-check' },
        cause: missing,
      })
    },
  })
