import { join } from 'node:path'
import type { Claims } from 'dagmar'
import { memoryClaims } from 'dagmar/agents'
import { type SqliteClaims, sqlite, sqliteClaims, type SqliteDriver } from 'dagmar/sqlite'
import { claimsConformance, ConformanceError, type ClaimsUnderTest } from 'dagmar/testing'
import { describe, expect, it } from 'vitest'
import { drivers } from '../stores/drivers.ts'
import { newFolder } from '../stores/folders.ts'

const memory: ClaimsUnderTest = { name: 'claims in memory', makeClaims: memoryClaims }

/** Claims at a path, and others there. `besideStore` has them in the file of a store. */
function claimsAt(driver: SqliteDriver, besideStore: boolean): ClaimsUnderTest {
  const paths = new WeakMap<Claims, string>()
  const openAt = (path: string): SqliteClaims => {
    const claims = sqliteClaims(path, { driver })
    paths.set(claims, path)
    return claims
  }
  return {
    name: `claims in SQLite with ${driver}${besideStore ? ', in the file of a store' : ''}`,
    makeClaims: async () => {
      const path = join(newFolder(), 'claims.db')
      if (besideStore) await sqlite(path, { driver }).close()
      return openAt(path)
    },
    reopen: (claims) => openAt(paths.get(claims)!),
  }
}

const tried = [memory, ...drivers.map((driver) => claimsAt(driver, false)), claimsAt('libsql', true)]

describe.each(tried)('$name', (claims) => {
  for (const { name, run } of claimsConformance(claims)) {
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect
    it(name, run)
  }
})

/** The names of the cases that broken claims fail. */
async function failing(change: (claims: Claims) => Partial<Claims>): Promise<readonly string[]> {
  const makeClaims = (): Claims => {
    const claims = memoryClaims()
    return { ...claims, ...change(claims) }
  }
  const failed: string[] = []
  for (const { name, run } of claimsConformance({ name: 'broken', makeClaims })) {
    await run().catch((thrown: unknown) => {
      if (!(thrown instanceof ConformanceError)) throw thrown
      failed.push(name)
    })
  }
  return failed
}

describe('claims that break their contract', () => {
  it.each<[what: string, change: (claims: Claims) => Partial<Claims>, caseName: string]>([
    [
      'give everybody everything',
      () => ({ claim: ({ key }) => ({ key, fence: 1 }) }),
      'gives it to exactly one of many that ask at once',
    ],
    [
      'never release',
      () => ({ release: () => undefined }),
      'gives a claim that was given back to others, with a greater fence',
    ],
    [
      'forget how a task has ended',
      (claims) => ({ release: (claimed) => claims.release(claimed) }),
      'gives a task to nobody else once it is completed, and says so',
    ],
    [
      'do not look at the fence when they release',
      (claims) => {
        const last = new Map<string, number>()
        return {
          claim: (request) => {
            const answer = claims.claim(request) as { fence?: number }
            if (answer.fence !== undefined) last.set(request.key, answer.fence)
            return answer as never
          },
          release: ({ key, fence }, ended) => claims.release({ key, fence: last.get(key) ?? fence }, ended),
        }
      },
      'takes a claim at once from an owner whose process is gone',
    ],
    [
      'know nobody who goes on with a run',
      (claims) => ({ claim: ({ after: _after, ...request }) => claims.claim(request) }),
      'gives it to whoever knows its fence, as who goes on with a run does',
    ],
    [
      'say that everything counts',
      () => ({ holds: () => true }),
      'gives a claim that was given back to others, with a greater fence',
    ],
  ])('%s: they are found out', async (_, change, caseName) => {
    expect(await failing(change)).toContain(caseName)
  })

  it.each([
    [undefined],
    [{}],
    [{ name: 'x' }],
    [{ name: 'x', makeClaims: memoryClaims, reopen: 1 }],
    [memoryClaims()],
  ])('or what is none of them, %j, is refused', (given) => {
    expect(() => claimsConformance(given as ClaimsUnderTest)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })
})
