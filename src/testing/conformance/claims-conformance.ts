import { isRecord, readFields, show } from '../../graph/read-values.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { ClaimConflict, Claimed, ClaimRequest, Claims } from '../../ports/claims.ts'
import type { Owner } from '../../ports/store.ts'
import { thisProcess } from '../../stores/durable/owner.ts'
import { demand } from './carried-out.ts'
import type { ConformanceCase } from './executor-conformance.ts'

/** What the suite needs to know of claims to try them. */
export interface ClaimsUnderTest {
  readonly name: string
  /** Called anew for every case: claims that hold nothing. */
  readonly makeClaims: () => Claims | Promise<Claims>
  /** Others over what those keep, as another process would have them, for claims that several processes share. */
  readonly reopen?: (claims: Claims) => Claims | Promise<Claims>
}

interface Bench {
  readonly claims: Claims
  readonly other: () => Promise<Claims>
}

type AddCase = (name: string, run: (bench: Bench) => Promise<void>) => void

const known: ReadonlySet<string> = new Set(['name', 'makeClaims', 'reopen'])
const subject = 'What claimsConformance() is given'
const [first, second]: readonly [Owner, Owner] = [{ id: 'first' }, { id: 'second' }]
/** Above all numbers that a system gives to processes. */
const noPid = 2 ** 30

/**
 * The contract of the port `Claims` as cases for any test framework. Those about another process are left out where there
 * is no `reopen`. Throws `CONFIG_INVALID` for anything else than a `ClaimsUnderTest`.
 *
 * @example
 * ```ts
 * const cases = claimsConformance({ name: 'claims far away', makeClaims: () => farClaims({ host: 'localhost' }) })
 * for (const { name, run } of cases) test(name, run)
 * ```
 */
export function claimsConformance(tried: ClaimsUnderTest): readonly ConformanceCase[] {
  demandClaimsUnderTest(tried)
  const { makeClaims, reopen } = tried
  const conformance: ConformanceCase[] = []
  const add: AddCase = (name, run) => {
    conformance.push({
      name,
      run: async () => {
        const claims = await makeClaims()
        await run({ claims, other: async () => (reopen === undefined ? claims : await reopen(claims)) })
      },
    })
  }
  addHoldingCases(add)
  addEndingCases(add)
  addGoingOnCases(add)
  if (reopen !== undefined) addProcessCases(add)
  return conformance
}

function addHoldingCases(add: AddCase): void {
  add('gives a claim that nobody has, and it counts', async ({ claims }) => {
    const claimed = await given(claims, 'a', first)
    demand(claimed.key === 'run/a', `the claim is of ${show(claimed.key)}`)
    demand(await claims.holds(claimed), 'a claim that was just given does not count')
  })
  add('refuses a claim that another owner has who is alive, and says who', async ({ claims }) => {
    const claimed = await given(claims, 'a', first)
    const { heldBy, ended } = await refused(claims, 'a', second)
    demand(heldBy !== '', 'it does not say who has the claim')
    demand(ended === undefined, 'it says that a task has ended which has not')
    demand(await claims.holds(claimed), 'a claim no longer counts after somebody else has asked')
  })
  add('keeps claims of other keys apart, whatever characters they have', async ({ claims }) => {
    const odd = ['a', 'A', ' a', 'a/b', '\u0000', "'; --", '𝄞', '\uD800']
    const fences = new Set<number>()
    for (const taskId of odd) fences.add((await given(claims, taskId, first)).fence)
    for (const taskId of odd) await refused(claims, taskId, second)
  })
  add('gives a claim that was given back to others, with a greater fence', async ({ claims }) => {
    const before = await given(claims, 'a', first)
    await claims.release(before)
    demand(!(await claims.holds(before)), 'a claim counts that was given back')
    const after = await given(claims, 'a', second)
    demandGreater(after, before)
  })
  add('gives the owner that asks again a claim of its own, which alone counts', async ({ claims }) => {
    const before = await given(claims, 'a', first)
    const after = await given(claims, 'a', first)
    demandGreater(after, before)
    demand(!(await claims.holds(before)), 'two claims of one key count')
    await claims.release(before)
    demand(await claims.holds(after), 'to release an earlier claim takes the later one away')
  })
  add('gives it to exactly one of many that ask at once', async ({ claims }) => {
    const owners = Array.from({ length: 50 }, (_, index) => ({ id: `owner ${index}` }))
    const answers = await Promise.all(owners.map(async (owner) => claims.claim(requestOf('a', owner))))
    const count = answers.filter((answer) => !('heldBy' in answer)).length
    demand(count === 1, `${count} of 50 have got the claim`)
  })
  for (const [how, process] of deadProcesses()) {
    add(`takes a claim at once from an owner ${how}`, async ({ claims }) => {
      const before = await given(claims, 'a', { id: 'dead', process })
      const after = await given(claims, 'a', second)
      demandGreater(after, before)
      demand(!(await claims.holds(before)), 'the claim of who has died still counts')
      await claims.release(before, 'completed')
      demand(await claims.holds(after), 'who has lost a claim can still end it')
    })
  }
}

function addEndingCases(add: AddCase): void {
  for (const end of ['completed', 'failed', 'killed'] as const) {
    add(`gives a task to nobody else once it is ${end}, and says so`, async ({ claims }) => {
      const claimed = await given(claims, 'a', first)
      await claims.release(claimed, end)
      demand(!(await claims.holds(claimed)), 'a claim counts whose task has ended')
      for (const owner of [first, second]) {
        const { ended } = await refused(claims, 'a', owner)
        demand(ended === end, `it says that the task is ${show(ended)}, and it is ${end}`)
      }
    })
  }
  add('releases once: what comes later changes nothing', async ({ claims }) => {
    const claimed = await given(claims, 'a', first)
    await claims.release(claimed, 'completed')
    await claims.release(claimed)
    await claims.release(claimed, 'failed')
    const { ended } = await refused(claims, 'a', second)
    demand(ended === 'completed', `it says that the task is ${show(ended)}, and it is completed`)
    await claims.release({ key: 'run/never', fence: 1 }, 'completed')
    await given(claims, 'never', second)
  })
  add('remembers the end of a task whose owner is gone', async ({ claims }) => {
    const dead = { id: 'dead', process: { ...thisProcess(), pid: noPid } }
    await claims.release(await given(claims, 'a', dead), 'completed')
    await refused(claims, 'a', second)
  })
}

function addGoingOnCases(add: AddCase): void {
  add('confirms a claim to the owner that has it, with the same fence', async ({ claims }) => {
    const { fence } = await given(claims, 'a', first)
    const again = await given(claims, 'a', first, fence)
    demand(again.fence === fence, `the fence is ${again.fence}, and was ${fence}`)
  })
  add('gives it to whoever knows its fence, as who goes on with a run does', async ({ claims }) => {
    const before = await given(claims, 'a', first)
    const after = await given(claims, 'a', second, before.fence)
    demandGreater(after, before)
    demand(!(await claims.holds(before)), 'the fence of who has lost the claim still counts')
    await refused(claims, 'a', first, before.fence)
  })
  add(
    'gives it again for a task that has ended to who knows its fence, as a redrive does',
    async ({ claims }) => {
      const before = await given(claims, 'a', first)
      await claims.release(before, 'failed')
      demandGreater(await given(claims, 'a', first, before.fence), before)
    },
  )
  add('refuses who knows another fence', async ({ claims }) => {
    const before = await given(claims, 'a', first)
    await claims.release(before)
    await given(claims, 'a', second)
    await refused(claims, 'a', first, before.fence)
  })
}

function addProcessCases(add: AddCase): void {
  add('knows what was claimed and ended elsewhere', async ({ claims, other }) => {
    const elsewhere = await other()
    const claimed = await given(elsewhere, 'a', first)
    await refused(claims, 'a', second)
    demand(await claims.holds(claimed), 'a claim that was given elsewhere does not count here')
    await claims.release(claimed, 'completed')
    const { ended } = await refused(elsewhere, 'a', second)
    demand(ended === 'completed', 'it does not know that a task has ended elsewhere')
  })
}

function deadProcesses() {
  const here = thisProcess()
  const gone = ['whose process is gone', { ...here, pid: noPid }] as const
  // Without /proc there is the number alone.
  if (here.start === null) return [gone]
  return [
    gone,
    ['whose number is that of a later process', { ...here, start: 1 }],
    ['of an earlier life of the system', { ...here, bootId: 'another' }],
  ] as const
}

function requestOf(taskId: string, owner: Owner, after?: number): ClaimRequest {
  const known = after === undefined ? {} : { after }
  return { key: `run/${taskId}`, runId: 'run', taskId, attempt: 1, agentId: 'ada', owner, ...known }
}

async function given(claims: Claims, taskId: string, owner: Owner, after?: number): Promise<Claimed> {
  const answer: Claimed | ClaimConflict = await claims.claim(requestOf(taskId, owner, after))
  demand(!('heldBy' in answer), `${owner.id} is refused the claim of ${show(taskId)}: ${show(answer)}`)
  const { fence } = answer as Claimed
  demand(Number.isSafeInteger(fence), `the fence is ${show(fence)}, which is no integer`)
  return answer as Claimed
}

async function refused(claims: Claims, taskId: string, owner: Owner, after?: number): Promise<ClaimConflict> {
  const answer = await claims.claim(requestOf(taskId, owner, after))
  demand('heldBy' in answer, `${owner.id} got the claim of ${show(taskId)}, which is not free`)
  return answer as ClaimConflict
}

function demandGreater(after: Claimed, before: Claimed): void {
  demand(after.fence > before.fence, `the fence ${after.fence} follows ${before.fence}`)
}

function demandClaimsUnderTest(tried: unknown): void {
  if (!isRecord(tried)) throw misshapen(`${subject} is ${show(tried)}.`)
  const { name, makeClaims, reopen } = tried
  if (typeof name !== 'string') throw misshapen(`name is ${show(name)}, but it must be a text.`)
  for (const [field, value] of Object.entries({ makeClaims, reopen })) {
    if (typeof value === 'function' || (field === 'reopen' && value === undefined)) continue
    throw misshapen(`${field} is ${show(value)}, but it must be a function.`)
  }
  readFields(tried, subject, known)
}

function misshapen(message: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message, hint: 'Give { name, makeClaims: () => claims }.' })
}
