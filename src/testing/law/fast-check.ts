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
 * fast-check, an optional peer: the same instance as the user's own. Where it is not installed, its first use throws
 * `PEER_MISSING`; functions that do not need it work all the same.
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
