import { createContext, runInContext } from 'node:vm'
import fc from 'fast-check'
import { createActor, createMachine } from 'xstate'
import { sanitiser, type ShownPlace } from 'dagmar/inspector'
import { describe, expect, it } from 'vitest'

const place: ShownPlace = { kind: 'output' }
const shown = sanitiser()
const of = (value: unknown): unknown => shown(value, place)

/** JSON gives it back as it is. */
function expectJson(value: unknown): void {
  expect(JSON.parse(JSON.stringify(value))).toEqual(value)
}

const throwing = (): never => {
  throw new Error('secret')
}

describe('what a client is shown of a value', () => {
  it('is the value itself where JSON has it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), (value) => {
        // JSON has one zero.
        expect(of(value)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('is JSON, whatever the value is', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    fc.assert(fc.property(anything, (value) => expectJson(of(value))))
  })

  it.each<readonly [what: string, value: unknown, shown: unknown]>([
    ['nothing', undefined, null],
    ['not a number', Number.NaN, 'NaN'],
    ['minus zero', [-0], [0]],
    ['infinite', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['a bigint', 12n, '12n'],
    ['a symbol', Symbol('a'), 'Symbol(a)'],
    ['a function', function named() {}, '[function named]'],
    [
      'a function without a name',
      (
        () => () =>
          1
      )(),
      '[function]',
    ],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a date that is none', new Date(Number.NaN), 'Invalid Date'],
    ['a regular expression', /a+/gi, '/a+/gi'],
    ['a map', new Map([['a', 1n]]), { '[Map 1]': [['a', '1n']] }],
    ['a set', new Set([[1]]), { '[Set 1]': [[1]] }],
    ['bytes', Buffer.from('ab'), { '[Uint8Array 2]': [97, 98] }],
    ['many bytes', new Uint8Array(2_000), { '[Uint8Array 2000]': Array.from({ length: 1_000 }, () => 0) }],
    ['large integers', new BigInt64Array([1n]), { '[BigInt64Array 1]': ['1n'] }],
    ['memory', new ArrayBuffer(8), '[ArrayBuffer 8]'],
    ['a view of it', new DataView(new ArrayBuffer(8)), '[DataView 8]'],
    ['a boxed number', Object(3), 3],
    ['a promise', Promise.resolve(1), '[Promise]'],
    ['a weak map', new WeakMap(), '[weak collection]'],
    ['an address', new URL('http://a.example/b'), 'http://a.example/b'],
    ['what says its own JSON', { toJSON: () => ({ a: 1n }) }, { a: '1n' }],
    ['what throws as it does', { toJSON: throwing }, '[not readable]'],
    [
      'what gives itself',
      (() => {
        const own: object = { toJSON: () => own, a: 1 }
        return own
      })(),
      { toJSON: '[function toJSON]', a: 1 },
    ],
    [
      'an object of a class',
      new (class Cat {
        name = 'Tom'
        #age = 3
        get age() {
          return this.#age
        }
      })(),
      { '[class]': 'Cat', name: 'Tom' },
    ],
    ['an accessor', Object.defineProperty({}, 'a', { get: throwing, enumerable: true }), { a: '[getter]' }],
    [
      'a name that is special',
      JSON.parse('{"__proto__":{"a":1},"constructor":{"name":5}}'),
      JSON.parse('{"__proto__":{"a":1},"constructor":{"name":5}}'),
    ],
    ['a list with holes', Object.assign(Array.from({ length: 0 }), { 1: 1 }), [null, 1]],
    ['nothing in an object', { a: undefined, b: 1 }, { b: 1 }],
    ['half of a pair', '\ud800', '\ud800'],
  ])('says what it is: %s', (_, value, expected) => {
    expect(of(value)).toEqual(expected)
    expectJson(of(value))
  })

  it('has of an error its name, message, stack, cause and what else it says', () => {
    const cause = new TypeError('inner')
    const error = Object.assign(new Error('outer', { cause }), { code: 'E_X', stack: 'the stack' })
    expect(of(error)).toEqual({
      '[error]': 'Error',
      message: 'outer',
      stack: 'the stack',
      cause: { '[error]': 'TypeError', message: 'inner', stack: cause.stack },
      code: 'E_X',
    })
    const several = new AggregateError([new Error('a')], 'all')
    expect(of(several)).toMatchObject({ '[error]': 'AggregateError', errors: [{ message: 'a' }] })
    const elsewhere: unknown = runInContext('new RangeError("far")', createContext())
    expect(of(elsewhere)).toMatchObject({ '[error]': 'RangeError', message: 'far' })
  })

  it('names actors, which lead to everything', () => {
    const actor = createActor(createMachine({}), { id: 'it' })
    expect(of({ actor })).toEqual({ actor: '[actor it]' })
  })

  it('ends where it comes back to itself, and repeats what is only there twice', () => {
    const circle: Record<string, unknown> = {}
    const twice = { a: 1 }
    Object.assign(circle, { circle, list: [circle], map: new Map([['k', circle]]), one: twice, other: twice })
    const error = new Error('e')
    error.cause = error
    expect(of(circle)).toEqual({
      circle: '[circular]',
      list: ['[circular]'],
      map: { '[Map 1]': [['k', '[circular]']] },
      one: { a: 1 },
      other: { a: 1 },
    })
    expect(of(error)).toMatchObject({ cause: '[circular]' })
  })

  it('says that it cannot be read, where it throws at a touch', () => {
    const traps = ['get', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'has'] as const
    const proxy = (trap: (typeof traps)[number], of: object = { a: 1 }) => new Proxy(of, { [trap]: throwing })
    for (const trap of traps) {
      expectJson(of(proxy(trap)))
      expectJson(of([proxy(trap, [1, 2])]))
      expectJson(of({ within: proxy(trap, new Map([[1, 2]])) }))
      expectJson(of(proxy(trap, new Error('e'))))
      expectJson(of(proxy(trap, () => 1)))
    }
    expect(JSON.stringify(traps.map((trap) => of(proxy(trap))))).not.toContain('secret')
    const { proxy: revoked, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(of([revoked, 1])).toEqual(['[not readable]', 1])
  })
})

describe('what is too large', () => {
  const bytes = (value: unknown): number => JSON.stringify(of(value)).length

  it('is cut, and says by how much', () => {
    expect(of('x'.repeat(50_010))).toBe(`${'x'.repeat(50_000)}… [10 more characters]`)
    expect((of(Array.from({ length: 1_005 }, () => 0)) as unknown[]).at(-1)).toBe('[5 more]')
    const wide = Object.fromEntries(Array.from({ length: 1_005 }, (_, index) => [`k${index}`, index]))
    expect(of(wide)).toMatchObject({ '[more]': '5 more fields' })
    let deep: unknown = 'bottom'
    for (let level = 0; level < 100_000; level++) deep = [deep]
    expect(JSON.stringify(of(deep))).toContain('[list of 1]')
  })

  it('takes neither long nor much room, however it is made', () => {
    let doubling: unknown = { end: 'x'.repeat(100) }
    for (let level = 0; level < 60; level++) doubling = { left: doubling, right: doubling }
    expect(bytes(doubling)).toBeLessThan(1_000_000)
    expect(bytes(Array.from({ length: 900 }, () => Array.from({ length: 900 }, () => 'x')))).toBeLessThan(
      1_000_000,
    )
    expect(bytes(Array.from({ length: 900 }, () => 'x'.repeat(40_000)))).toBeLessThan(1_000_000)
    expect(bytes({ ['k'.repeat(10_000_000)]: 1 })).toBeLessThan(10_000)
    const sparse: unknown[] = []
    sparse[4_000_000_000] = 1
    expect(bytes(sparse)).toBeLessThan(10_000)
    const endless = new Proxy(
      {},
      {
        get: () => endless,
        ownKeys: () => ['a', 'b'],
        getOwnPropertyDescriptor: () => ({ value: endless2(), enumerable: true, configurable: true }),
      },
    )
    function endless2(): object {
      return new Proxy(
        {},
        {
          ownKeys: () => ['a', 'b'],
          getOwnPropertyDescriptor: () => ({ value: endless2(), enumerable: true, configurable: true }),
        },
      )
    }
    expect(bytes(endless)).toBeLessThan(1_000_000)
  })
})

describe('what is not to be shown', () => {
  it('is not, by the names of fields in any case, at any depth, in maps of objects and errors', () => {
    const careful = sanitiser({ redact: ['Password', 'cookie'] })
    const error = Object.assign(new Error('e'), { password: 'hunter2', stack: '' })
    const value = {
      PASSWORD: 'hunter2',
      list: [{ cookie: ['hunter2'] }],
      map: new Map([['a', { password: 'hunter2' }]]),
      error,
    }
    const text = JSON.stringify(careful(value, place))
    expect(text).not.toContain('hunter2')
    expect(text.split('[not shown]').length - 1).toBe(4)
  })

  it('is not, where the function that decides throws', () => {
    expect(sanitiser({ sanitise: throwing })({ a: 1 }, place)).toBe('[not shown]')
  })

  it('is what that function returns, whatever that is', () => {
    expect(sanitiser({ sanitise: () => 5n })('secret', place)).toBe('5n')
    expect(sanitiser({ sanitise: () => undefined })('secret', place)).toBe(null)
    expect(sanitiser({ sanitise: async () => 'late' })('secret', place)).toBe('[not shown]')
  })

  it('leaves no rejection to the process, where what is asked is async and throws', async () => {
    expect(sanitiser({ sanitise: async () => throwing() })('secret', place)).toBe('[not shown]')
    expect(of({ toJSON: async () => throwing() })).toBe('[Promise]')
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  })
})
