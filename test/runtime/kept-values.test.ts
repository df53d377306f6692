import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import {
  type Codec,
  command,
  createRuntime,
  type Fact,
  type Plan,
  plan,
  processExecutor,
  type RunFact,
  type RuntimeOptions,
  type TaskDefinition,
} from 'dagmar'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ByteMask } from '../../src/executors/process/byte-mask.ts'
import { jsonCodec } from '../../src/runtime/run/json-codec.ts'
import { emptyShelves, type Shelves, textStore } from '../conformance/text-store.ts'

const planOf = (tasks: Readonly<Record<string, TaskDefinition>>): Plan =>
  plan({ name: 'kept', tasks }) as unknown as Plan

/** A handler that never comes to its end, and says that it has begun. */
function hangs() {
  let begun = (): void => undefined
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve
  })
  const run = () => {
    begun()
    return new Promise<never>(() => undefined)
  }
  return { run, hasBegun }
}

const journalOf = ({ lines }: Shelves, runId = 'run'): readonly RunFact[] =>
  (lines.get(runId) ?? []).map((line) => JSON.parse(line) as RunFact)

/** What a dependent of `made` gets, in the run that made it and in one that is recovered. */
async function seenOf(
  made: TaskDefinition['run'],
  options: RuntimeOptions = {},
): Promise<{ readonly seen: readonly unknown[]; readonly shelves: Shelves }> {
  const seen: unknown[] = []
  const { run: hang, hasBegun } = hangs()
  let isLater = false
  const dag = planOf({
    made: { run: made },
    reader: {
      needs: ['made'],
      run: ({ inputs }) => {
        seen.push(inputs['made'])
        return isLater ? 'read' : hang()
      },
    },
  })
  const shelves = emptyShelves()
  createRuntime({ store: textStore(shelves), ...options }).dispatch(dag, { id: 'run' })
  await hasBegun
  isLater = true
  const other = createRuntime({ store: textStore(shelves), ...options })
  const run = await other.recover('run', { dag, takeOver: true })
  expect((await run.result).status).toBe('completed')
  return { seen, shelves }
}

describe('an output in a store that outlives the process', () => {
  it('reaches dependents as it does those of a recovered run', async () => {
    const made = () => ({
      at: new Date(0),
      list: [1, null],
      own: new (class {
        x = 1
      })(),
    })
    const { seen } = await seenOf(made)
    expect(seen[0]).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [1, null], own: { x: 1 } })
    expect(seen[1]).toEqual(seen[0])
  })

  it('may be nothing', async () => {
    expect((await seenOf(() => undefined)).seen).toEqual([undefined, undefined])
  })

  it('goes through the codec that is given', async () => {
    const codec: Codec = {
      encode: (output) => (output instanceof Map ? { map: [...output] } : output),
      decode: (kept) =>
        typeof kept === 'object' && kept !== null && 'map' in kept ? new Map(kept.map as []) : kept,
    }
    const { seen, shelves } = await seenOf(() => new Map([['a', 1]]), { codec })
    expect(seen).toEqual([new Map([['a', 1]]), new Map([['a', 1]])])
    expect(journalOf(shelves).find(({ type }) => type === 'task.completed')).toMatchObject({
      output: { map: [['a', 1]] },
    })
  })

  it('of a command is what it wrote, past the codec', async () => {
    const written = '{ "n": 12345678901234567890, "x": 1.10 }'
    const shelves = emptyShelves()
    const { run: hang, hasBegun } = hangs()
    let isLater = false
    const dag = planOf({
      made: { run: command('printf', ['%s', written]) },
      gate: { needs: ['made'], run: () => (isLater ? 'open' : hang()) },
      echo: { needs: ['made', 'gate'], run: command('printf "%s" "$DAGMAR_INPUTS"; echo " !"') },
    })
    createRuntime({ store: textStore(shelves) }).dispatch(dag, { id: 'run' })
    await hasBegun
    expect(journalOf(shelves).find(({ type }) => type === 'task.completed')).toMatchObject({ written })
    isLater = true
    const other = createRuntime({ store: textStore(shelves) })
    const run = await other.recover('run', { dag, takeOver: true })
    expect((await run.result).outputs['echo']).toContain(`"made":${written}`)
  })

  it.each<[string, unknown, string]>([
    ['undefined in an object', { a: { b: undefined } }, 'output.a.b is undefined'],
    ['undefined in a list', [1, undefined], 'output[1] is undefined'],
    ['a BigInt', { users: [{ id: 1 }, { id: 2n }] }, 'output.users[1].id is the BigInt 2n'],
    ['a function', { 'on exit': () => 1 }, 'output["on exit"] is a function'],
    ['a symbol', [Symbol('x')], 'output[0] is a symbol'],
    ['a Map', { m: new Map() }, 'output.m is a Map'],
    ['an Error', { e: new TypeError('no') }, 'output.e is a TypeError'],
    ['bytes', { b: new Uint8Array(2) }, 'output.b is a Uint8Array'],
    ['a number that is none', { n: Number.NaN }, 'output.n is NaN'],
    ['a hole in a list', { l: Array(1) }, 'output.l[0] is undefined'],
    [
      'a getter that throws',
      {
        a: {
          get x() {
            throw new Error('not now')
          },
        },
      },
      'output.a is an object that cannot be read: not now',
    ],
  ])('is refused where JSON would lose something of it: %s', async (_, output, words) => {
    const dag = planOf({ made: { run: () => output, retry: { maxAttempts: 3 } } })
    const run = createRuntime({ store: textStore(emptyShelves()) }).dispatch(dag)
    const { rootCauses } = await run.result
    expect(rootCauses).toMatchObject([{ failure: { code: 'OUTPUT_NOT_SERIALISABLE', retryable: false } }])
    expect(rootCauses[0]!.failure.message).toContain(words)
  })

  it('is refused where it lies in itself, or is too deep', async () => {
    const cycle: Record<string, unknown> = {}
    cycle['again'] = { cycle }
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]
    const dag = planOf({ cycle: { run: () => cycle }, deep: { run: () => deep } })
    const { outcomes } = await createRuntime({ store: textStore(emptyShelves()) }).dispatch(dag).result
    expect(outcomes['cycle']).toMatchObject({ failure: { code: 'OUTPUT_NOT_SERIALISABLE' } })
    expect(outcomes['deep']).toMatchObject({ failure: { code: 'OUTPUT_NOT_SERIALISABLE' } })
    expect(JSON.stringify(outcomes['cycle'])).toContain('output.again.cycle')
  })

  it('that is JSON is what JSON makes of it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonCodec.encode(value)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
    const odd = JSON.parse('{"__proto__": {"x": 1}}') as object
    expect(JSON.stringify(jsonCodec.encode(odd))).toBe(JSON.stringify(odd))
    const shared = { x: 1 }
    expect(jsonCodec.encode([shared, shared])).toEqual([{ x: 1 }, { x: 1 }])
  })

  it('and an input that is none is refused at dispatch', () => {
    const runtime = createRuntime({ store: textStore(emptyShelves()) })
    expect(() => runtime.dispatch(planOf({ a: { run: () => 1 } }), { input: { n: 1n } })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    )
  })
})

describe('what is secret', () => {
  const secret = 'hunter2-hunter2'

  it('reaches neither facts nor journal: inputs and outputs by their place, and everywhere else', async () => {
    const shelves = emptyShelves()
    const told: Fact[] = []
    const dag = planOf({
      login: { run: ({ input }) => ({ token: `t-${(input as { key: string }).key}`, user: 'ada' }) },
      use: {
        needs: ['login'],
        run: ({ inputs, log, warn, progress }) => {
          const { token } = inputs['login'] as { token: string }
          log(`with ${token}`)
          warn(`still ${token}`)
          progress(5, token)
          throw new Error(`the server said no to ${token}`, { cause: new Error(token) })
        },
      },
      whole: { run: () => [secret, { deep: `x${secret}x` }] },
    })
    const runtime = createRuntime({
      store: textStore(shelves),
      redact: { inputs: ['key'], outputs: [/\.token$/] },
    })
    const run = runtime.dispatch(dag, { id: 'run', input: { key: secret, other: 'seen' } })
    run.events$.subscribe((fact) => told.push(fact))
    const result = await run.result
    expect(result.outputs['login']).toEqual({ token: `t-${secret}`, user: 'ada' })
    for (const text of [
      JSON.stringify(told),
      [...shelves.lines.values()].join('\n'),
      JSON.stringify(run.view().tasks),
    ]) {
      expect(text).not.toContain(secret)
      expect(text).toContain('[redacted]')
    }
    const facts = journalOf(shelves)
    expect(facts[0]).toMatchObject({ input: { key: '[redacted]', other: 'seen' }, redacted: ['key'] })
    expect(facts.find((fact) => fact.type === 'task.completed' && fact.taskId === 'login')).toMatchObject({
      output: { token: '[redacted]', user: 'ada' },
      redacted: ['login.token'],
    })
  })

  it('of the environment is masked in what commands write, wherever it is cut, and in their logs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redact-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const shelves = emptyShelves()
    const told: Fact[] = []
    const says = 'printf "%s" hunter2; sleep 0.1; printf "%s\\n" -hunter2; echo "is $MY_TOKEN" >&2; exit 3'
    const dag = planOf({ a: { run: command(says, { env: { MY_TOKEN: secret } }) } })
    const runtime = createRuntime({
      store: textStore(shelves),
      executors: { process: processExecutor({ logDir: folder }) },
      redact: { environment: [/TOKEN/] },
    })
    const run = runtime.dispatch(dag, { id: 'run' })
    run.events$.subscribe((fact) => told.push(fact))
    const { rootCauses } = await run.result
    expect(rootCauses[0]?.failure.output).toContain('is [redacted]')
    const [name] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.log'),
    )
    const log = readFileSync(join(folder, name!), 'utf8')
    expect(log.split('\n').toSorted()).toEqual(['', '[redacted]', 'is [redacted]'])
    expect(JSON.stringify(told)).not.toContain(secret)
    expect([...shelves.lines.values()].join()).not.toContain(secret)
  })

  it('and needed by tasks that are not settled lets no run be recovered, and is named', async () => {
    const { run: hang, hasBegun } = hangs()
    const dag = planOf({
      login: { run: () => ({ token: secret }) },
      other: { run: () => 'not needed' },
      use: { needs: ['login'], run: hang },
    })
    const shelves = emptyShelves()
    const redact = { outputs: ['login.token', 'other'] }
    createRuntime({ store: textStore(shelves), redact }).dispatch(dag, { id: 'run' })
    await hasBegun
    const before = journalOf(shelves)
    const refused = createRuntime({ store: textStore(shelves), redact }).recover('run', {
      dag,
      takeOver: true,
    })
    await expect(refused).rejects.toMatchObject({ code: 'SECRET_LOST', facts: { places: ['login.token'] } })
    expect(journalOf(shelves)).toEqual(before)
  })

  it('and needed by a task that is to be redriven on another day is named, too', async () => {
    const dag = planOf({
      login: { run: () => ({ token: secret }) },
      use: {
        needs: ['login'],
        run: () => {
          throw new Error('down')
        },
      },
    })
    const shelves = emptyShelves()
    const redact = { outputs: ['login.token'] }
    await createRuntime({ store: textStore(shelves), redact }).dispatch(dag, { id: 'run' }).result
    const other = await createRuntime({ store: textStore(shelves), redact }).recover('run', { dag })
    expect(() => other.redrive()).toThrow(expect.objectContaining({ code: 'SECRET_LOST' }))
    expect((await other.result).status).toBe('failed')
  })

  it('in the input may be given again', async () => {
    const { run: hang, hasBegun } = hangs()
    const seen: unknown[] = []
    let isLater = false
    const dag = planOf({
      a: {
        run: ({ input }) => {
          seen.push(input)
          return isLater ? 1 : hang()
        },
      },
    })
    const shelves = emptyShelves()
    const redact = { inputs: ['key'] }
    createRuntime({ store: textStore(shelves), redact }).dispatch(dag, { id: 'run', input: { key: secret } })
    await hasBegun
    isLater = true
    const other = createRuntime({ store: textStore(shelves), redact })
    await expect(other.recover('run', { dag, takeOver: true })).rejects.toThrow('need input.key')
    const run = await other.recover('run', { dag, takeOver: true, input: { key: secret } })
    expect((await run.result).status).toBe('completed')
    expect(seen).toEqual([{ key: secret }, { key: secret }])
  })

  it.each([[{ environment: 'TOKEN' }], [{ outputs: [1] }], [{ input: [] }], ['TOKEN']])(
    'is said by lists of places: not %o',
    (redact) => {
      expect(() => createRuntime({ redact: redact as never })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      )
    },
  )
})

describe('bytes with secrets in them', () => {
  const secrets = ['abcd', 'abab', 'abcdef', 'ü$ver', 'b\nb\nb']

  it('are masked the same wherever the stream is cut', () => {
    const piece = fc.constantFrom('ab', 'abc', 'd', 'ef', 'x', 'ü$v', 'er', '\n', 'b', ...secrets)
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(40)), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''))
        const whole = new ByteMask(secrets)
        const wanted = Buffer.concat([whole.push(bytes), whole.end()]).toString()
        const cut = new ByteMask(secrets)
        const ends = [
          ...new Set([0, ...cuts.map((at) => Math.min(at, bytes.length)), bytes.length]),
        ].toSorted((a, b) => a - b)
        const parts = ends.slice(1).map((end, index) => cut.push(bytes.subarray(ends[index], end)))
        expect(Buffer.concat([...parts, cut.end()]).toString()).toBe(wanted)
        for (const one of secrets) expect(wanted).not.toContain(one)
      }),
    )
  })

  it('come at once where they are not the beginning of one', () => {
    const mask = new ByteMask(['secret'])
    expect(mask.push(Buffer.from('progress 5 %')).toString()).toBe('progress 5 %')
    expect(mask.push(Buffer.from('a se')).toString()).toBe('a ')
    expect(mask.push(Buffer.from('rial')).toString()).toBe('serial')
    expect(mask.end().toString()).toBe('')
  })
})
