import type { ClaimConflict, Claimed, ClaimRequest, Claims } from 'dagmar'
import { memoryClaims } from 'dagmar/agents'

type Answer = Claimed | ClaimConflict

/** A claim that is to be answered by the test. */
export interface AskedClaim {
  readonly request: ClaimRequest
  /** Gives it, with this fence. */
  gives(fence: number): Promise<void>
  answers(answer: unknown): Promise<void>
  throws(thrown: Error): Promise<void>
}

export interface HandClaims extends Claims {
  readonly asked: AskedClaim[]
  /** What was released, as `key fence` and how it has ended. */
  readonly released: string[]
}

/** Claims that answer when the test has them answer. */
export function handClaims(): HandClaims {
  const asked: AskedClaim[] = []
  const released: string[] = []
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
  return {
    asked,
    released,
    claim: (request) =>
      new Promise<Answer>((resolve, reject) => {
        const answers = (answer: unknown): Promise<void> => {
          resolve(answer as Answer)
          return settled()
        }
        asked.push({
          request,
          gives: (fence) => answers({ key: request.key, fence }),
          answers,
          throws: (thrown) => {
            reject(thrown)
            return settled()
          },
        })
      }),
    release({ key, fence }, ended) {
      released.push(`${key.split('/').at(-1)} ${fence}${ended === undefined ? '' : ` ${ended}`}`)
    },
    holds: () => true,
  }
}

/** What was asked of claims, and what they gave. */
export interface WatchedClaims extends Claims {
  readonly requests: ClaimRequest[]
  /** `a 1 completed`, by task and fence. */
  readonly released: string[]
}

export function watchedClaims(claims: Claims = memoryClaims()): WatchedClaims {
  const requests: ClaimRequest[] = []
  const released: string[] = []
  return {
    requests,
    released,
    claim(request) {
      requests.push(request)
      return claims.claim(request)
    },
    release(claimed, ended) {
      const { key, fence } = claimed
      released.push(`${key.split('/').at(-1)} ${fence}${ended === undefined ? '' : ` ${ended}`}`)
      return claims.release(claimed, ended)
    },
    holds: (claimed) => claims.holds(claimed),
  }
}
