import fc from 'fast-check'
import { command, dag, type Plan } from 'dagmar'
import { optimise } from 'dagmar/simulation'
import { describe, expect, it } from 'vitest'
import { Digest } from '../../src/chance/digest.ts'
import { canonicalText } from '../../src/graph/canonical-text.ts'
import { plan, type PlanDefinition, type TaskDefinition } from '../../src/graph/make-plan.ts'

const run = () => 1
const build = { run } satisfies TaskDefinition
const ship = { needs: ['build'], run: command('sh', ['ship.sh'], { env: { TO: 'here', AS: 'it is' } }) }
const release: PlanDefinition = { name: 'release', tasks: { build, ship } }

const fingerprintOf = (changed: Partial<PlanDefinition> = {}): string =>
  plan({ ...release, ...changed }).fingerprint
const withTask = (id: string, changed: object): string =>
  fingerprintOf({ tasks: { build, ship, [id]: { ...(id === 'build' ? build : ship), ...changed } } })

describe('the fingerprint of a plan', () => {
  it('is the same for the same dag, however it is made and whatever its handlers say', () => {
    const built = dag('release')
      .task('build', () => 'something else')
      .task('ship', { needs: ['build'] }, command('sh', ['ship.sh'], { env: { AS: 'it is', TO: 'here' } }))
    expect(built.plan().fingerprint).toBe(fingerprintOf())
    expect(fingerprintOf({ name: 'renamed' })).toBe(fingerprintOf())
    expect(withTask('build', { timeout: Infinity, priority: 'medium' })).toBe(fingerprintOf())
  })

  it.each<[string, string]>([
    ['a task more', fingerprintOf({ tasks: { build, ship, tell: { run } } })],
    ['another id', fingerprintOf({ tasks: { built: { run }, ship: { ...ship, needs: ['built'] } } })],
    ['tasks in another order', fingerprintOf({ tasks: { ship, build } })],
    ['no dependency', withTask('ship', { needs: [] })],
    ['another rule', withTask('ship', { when: 'all-settled' })],
    ['a rule of its own', withTask('ship', { when: () => true })],
    ['another timeout', withTask('build', { timeout: '1m' })],
    ['another backoff', withTask('build', { retry: { backoff: { base: 1 } } })],
    ['more attempts', withTask('build', { retry: { maxAttempts: 2 } })],
    ['another priority', withTask('build', { priority: 1 })],
    ['an estimate', withTask('build', { estimate: 0 })],
    ['a pool in use', withTask('build', { uses: { gpu: 1 } })],
    ['another executor', withTask('build', { executor: 'gpu' })],
    ['another command', withTask('ship', { run: command('sh', ['shop.sh']) })],
    ['a command in place of a handler', withTask('build', { run: command('sh', ['ship.sh']) })],
    ['another environment', withTask('ship', { run: command('sh', ['ship.sh'], { env: { TO: 'there' } }) })],
    ['another concurrency', fingerprintOf({ concurrency: 3 })],
    ['a pool', fingerprintOf({ pools: { gpu: 1 } })],
    ['a timeout of the run', fingerprintOf({ timeout: '1h' })],
    ['an order', fingerprintOf({ order: 'critical-path' })],
    ['a version', fingerprintOf({ version: '2' })],
  ])('is another one with %s', (_, fingerprint) => {
    expect(fingerprint).not.toBe(fingerprintOf())
  })

  it('stays with a plan that another order was found for', () => {
    const planned: Plan = plan(release)
    expect(optimise(planned, { concurrency: 2, effort: 10 }).plan.fingerprint).toBe(planned.fingerprint)
  })

  it('takes a version that is a text of some length, and nothing else', () => {
    for (const version of ['', ' ', 'v'.repeat(201), 3]) {
      expect(() => fingerprintOf({ version: version as string })).toThrow('version is')
    }
  })
})

describe('a value as canonical text', () => {
  const anyPlain = fc.jsonValue({ maxDepth: 3 })

  it('is the same for equal plain data, and another for other data', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, part]) => [key, turned(part)]),
      )
    }
    fc.assert(
      fc.property(anyPlain, anyPlain, (one, other) => {
        expect(canonicalText(turned(one))).toBe(canonicalText(one))
        const areEqual = JSON.stringify(turned(turned(one))) === JSON.stringify(turned(turned(other)))
        if (areEqual) expect(canonicalText(one)).toBe(canonicalText(other))
        else if (canonicalText(one) === canonicalText(other)) expect(one).toEqual(other)
      }),
    )
  })

  it('takes any value', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (value) => {
        expect(typeof canonicalText(value)).toBe('string')
      }),
    )
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(canonicalText(circle)).toBe('{"self":repeated}')
    const unreadable = Object.defineProperty({}, 'a', { enumerable: true, get: () => JSON.parse('?') })
    expect(canonicalText(unreadable)).toBe('unreadable')
    expect(canonicalText([1n, -0, Infinity, run, Symbol('a'), new Date(), undefined])).toBe(
      '[1n,0,Infinity,function,symbol,object,undefined]',
    )
  })
})

describe('a digest', () => {
  const digestOf = (...texts: readonly string[]): string => {
    const digest = new Digest()
    for (const text of texts) digest.addText(text)
    return digest.toString()
  }

  it('tells texts apart, and where they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
        expect(digestOf(...one)).toMatch(/^[0-9a-f]{16}$/)
        expect(digestOf(...one) === digestOf(...other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
    expect(digestOf('a', 'bc')).not.toBe(digestOf('ab', 'c'))
  })

  it('is the same in every process', () => {
    expect(digestOf('build', 'ship')).toBe('659727d41e1cc956')
  })

  it('has no two alike among a hundred thousand', () => {
    const digests = new Set(Array.from({ length: 100_000 }, (_, index) => digestOf(`task ${index}`)))
    expect(digests.size).toBe(100_000)
  })
})
