import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { createRuntime, type Fact, fold, plan } from 'dagmar'
import {
  exportFacts,
  inspectFacts,
  readFacts,
  type SanitiserOptions,
  type ServerMessage,
} from 'dagmar/inspector'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { factsSource } from '../../src/inspector/saved/facts-source.ts'
import { savedMessages } from '../../src/inspector/saved/saved-page.ts'
import { created, numbered, output, structure, taskOf } from '../events/made-facts.ts'
import { anyScenario } from '../scenario/any-scenario.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import { ProtocolClient } from './protocol-client.ts'
import { until } from './until.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dagmar-saved-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const facts: readonly Fact[] = [
  ...numbered([created, { type: 'run.started' }, { type: 'task.ready', taskId: 'build' }]),
  output(3, 'first </script><script>alert(1)</script> <!-- line\u2028'),
  ...numbered(
    [
      { type: 'task.dispatched', taskId: 'build', attempt: 1, executor: 'inline' },
      { type: 'task.starting', taskId: 'build', attempt: 1 },
      { type: 'task.started', taskId: 'build', attempt: 1 },
      { type: 'task.completed', taskId: 'build', attempt: 1, output: { html: '</script><!--', big: 1e21 } },
      { type: 'task.skipped', taskId: 'test', because: 'rule-unmet' },
      { type: 'run.completed' },
    ],
    4,
  ),
]
const result = { type: 'result', status: 'completed' }
const lines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')

function written(text: string | Buffer): string {
  const path = join(folder, 'facts.ndjson')
  writeFileSync(path, text)
  return path
}

describe('facts that were written down', () => {
  it('are read as they were, with notes on nothing', async () => {
    expect(await readFacts(written(lines([...facts, result])))).toEqual({ facts, notes: [] })
  })

  it('are what any run has told, whatever happened in it, and are shown as they are live', async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario(), async (scenario) => {
        const { runs } = await playScenario(scenario)
        for (const { facts: told } of runs.filter((run) => run.facts.length > 0)) {
          const asJson = JSON.parse(JSON.stringify(told)) as readonly Fact[]
          const read = await readFacts(Readable.from([lines(told)]))
          expect(read.facts).toEqual(asJson)
          expect(shownOf(read.facts)).toEqual(asJson)
          expect(fold(read.facts)).toEqual(fold(asJson))
        }
      }),
      { numRuns: 25 },
    )
  })

  it('are the same in pieces of any length, in any line endings, behind a byte order mark', async () => {
    const bytes = Buffer.from(lines([...facts, output(9, 'é😀 ä')]))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 }),
        async (sizes) => {
          const pieces: Buffer[] = []
          for (let at = 0, next = 0; at < bytes.length; next++) {
            const size = sizes[next % sizes.length]!
            pieces.push(bytes.subarray(at, at + size))
            at += size
          }
          expect((await readFacts(Readable.from(pieces))).facts).toEqual([...facts, output(9, 'é😀 ä')])
        },
      ),
    )
    const windows = `\uFEFF${lines([...facts, result]).replaceAll('\n', '\r\n')}\r\n\r\n`
    expect((await readFacts(written(windows))).facts).toEqual(facts)
    expect((await readFacts(written(lines([...facts, result]).trimEnd()))).notes).toEqual([])
  })

  it('may be cut in their last line, as by an interruption: they are shown up to there', async () => {
    const whole = lines(facts)
    for (const left of [1, 10, 40]) {
      const { facts: read, notes } = await readFacts(written(whole.slice(0, -left)))
      // Without its line break alone, the last line is whole.
      const isWhole = left === 1
      expect(read).toEqual(isWhole ? facts : facts.slice(0, -1))
      expect(notes).toEqual(
        isWhole
          ? []
          : [
              expect.stringMatching(/^Line 10 of .*facts\.ndjson is cut: the run is shown up to there\.$/),
              expect.stringMatching(/has no end in/),
            ],
      )
    }
  })

  it('may be those of a run that was recovered with another plan, and has other tasks since', async () => {
    const recovered = numbered(
      [
        { type: 'run.recovered', structure: [...structure, taskOf('extra', [])], fingerprint: 'f' },
        { type: 'task.ready', taskId: 'extra' },
      ],
      4,
    )
    const told = [...facts.slice(0, 3), ...recovered]
    expect((await readFacts(written(lines(told)))).facts).toEqual(told)
    const other = [...facts.slice(0, 3), { ...recovered[0]!, structure: [{ id: 1 }] }]
    await expect(readFacts(written(lines(other)))).rejects.toMatchObject({ code: 'FACTS_VERSION' })
  })

  it('of a run that goes on are shown, too', async () => {
    const { notes } = await readFacts(written(lines(facts.slice(0, 6))))
    expect(notes).toEqual([
      expect.stringMatching(/^The run has no end in .*: it was still going on, or was interrupted\.$/),
    ])
  })

  const other = { ...facts[1]!, runId: 'another' }
  it.each<readonly [what: string, text: string | Buffer, code: string, says: RegExp]>([
    ['nothing', '', 'FACTS_INVALID', /is empty/],
    ['line breaks alone', '\n\n', 'FACTS_INVALID', /is empty/],
    ['the result alone', lines([result]), 'FACTS_INVALID', /has the result of a run, and none of its facts/],
    ['a plan', 'name: release\ntasks: {}\n', 'FACTS_INVALID', /^Line 1 of .* is no fact of a run\./],
    ['bytes', Buffer.from([0, 255, 254, 10, 7]), 'FACTS_INVALID', /^Line 1 of .* is no fact of a run\./],
    ['other JSON', '{"a":1}\n', 'FACTS_INVALID', /^Line 1 of .* is no fact of a run\./],
    ['a list', '[1,2]\n', 'FACTS_INVALID', /is no fact of a run/],
    ['null', 'null\n', 'FACTS_INVALID', /is no fact of a run/],
    [
      'something else in between',
      `${lines(facts.slice(0, 3))}"x"\n${lines(facts.slice(3))}`,
      'FACTS_INVALID',
      /^Line 4 of .* is no fact/,
    ],
    [
      'a line that is cut in the middle',
      `${lines(facts.slice(0, 3))}{"type":"task.sta\n${lines(facts.slice(3))}`,
      'FACTS_INVALID',
      /^Line 4 of .* is damaged: it is no JSON\./,
    ],
    [
      'two runs',
      lines([...facts, ...facts.map((fact) => ({ ...fact, runId: 'b' }))]),
      'FACTS_INVALID',
      /^Line 11 of .* is of another run: 'b', where those before are of 'run'\./,
    ],
    ['facts of two runs in turn', lines([facts[0], other]), 'FACTS_INVALID', /is of another run/],
    [
      'a missing fact',
      lines(facts.filter((_, index) => index !== 4)),
      'FACTS_GAP',
      /^Line 5 of .* has the fact 5, but the fact 4 is missing\./,
    ],
    [
      'one that is told twice',
      lines([facts[0], facts[1], facts[1]]),
      'FACTS_GAP',
      /has the fact 2, but the fact 3 is missing/,
    ],
    [
      'no beginning',
      lines(facts.slice(2)),
      'FACTS_GAP',
      /has the fact 3, but run\.created, the first fact of a run, is missing/,
    ],
    ['output alone', lines([facts[3]]), 'FACTS_GAP', /run\.created/],
    [
      'a task that the run does not have',
      lines([...facts.slice(0, 2), { ...facts[2], taskId: 'no' }]),
      'FACTS_INVALID',
      /^Line 3 of .* is of a task 'no' that the run does not have\./,
    ],
    [
      'a fact of another version',
      lines([...facts.slice(0, 2), { ...facts[2], type: 'task.teleported' }]),
      'FACTS_VERSION',
      /^Line 3 of .* has a fact of the type 'task\.teleported', which this version of dagmar does not know\./,
    ],
    [
      'a fact whose type is a name of objects',
      lines([{ ...facts[0], type: 'toString' }]),
      'FACTS_VERSION',
      /'toString'/,
    ],
    [
      'a fact without what this version needs',
      lines([
        facts[0],
        facts[1],
        facts[2],
        { type: 'task.failed', taskId: 'build', attempt: 1, seq: 4, at: 1, runId: 'run', failure: 'no' },
      ]),
      'FACTS_VERSION',
      /^Line 4 of .* has a fact task\.failed without its failure/,
    ],
    [
      'a run without its tasks',
      lines([{ ...facts[0], structure: undefined }]),
      'FACTS_VERSION',
      /run\.created without its structure/,
    ],
    [
      'tasks that are none',
      lines([{ ...facts[0], structure: [{ id: 1 }] }]),
      'FACTS_VERSION',
      /run\.created without its structure/,
    ],
  ])('are refused, with the line and with what to do: %s', async (_, text, code, says) => {
    const path = written(text)
    const refused = await readFacts(path).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code, problem: expect.stringMatching(says), hint: expect.any(String) })
    expect(String(refused)).toContain(code === 'FACTS_INVALID' && text === '' ? 'facts.ndjson' : path)
  })

  it('that are not there, or are a folder, are named', async () => {
    await expect(readFacts(join(folder, 'no'))).rejects.toMatchObject({
      code: 'FACTS_INVALID',
      message: expect.stringContaining('ENOENT'),
    })
    await expect(readFacts(folder)).rejects.toMatchObject({
      code: 'FACTS_INVALID',
      message: expect.stringContaining('EISDIR'),
    })
  })

  it('are served as live ones are, but that nothing can be asked or done', async () => {
    const inspector = await inspectFacts(facts)
    const client = await new ProtocolClient(inspector.url).ready()
    expect(client.messages[0]).toMatchObject({ saved: true, control: false, now: 90 })
    client.say({ type: 'follow', log: '', after: 0 })
    client.say({ type: 'follow', log: 'run', after: 0 })
    await until(() => client.entries('run', 'fact').length === facts.length)
    expect(client.entries('run', 'fact').map(({ fact }) => fact)).toEqual(facts)
    expect(client.entries('', 'run')).toEqual([
      { kind: 'run', at: 90, runId: 'run', name: 'release', status: 'completed', tasks: 2 },
    ])
    expect(client.entries('run', 'machine').map(({ machine }) => machine)).toEqual(['runtime', 'dag', 'task'])
    client.say({ type: 'look', log: 'run', events: true, actor: 'dag' })
    expect(await client.ask({ type: 'why', id: 1, log: 'run', taskId: 'build' })).toMatchObject({
      code: 'SAVED',
    })
    expect(await client.ask({ type: 'command', id: 2, log: 'run', command: 'kill' })).toMatchObject({
      code: 'READ_ONLY',
    })
    await client.close()
    await inspector.close()
  })

  it('are refused where their beginning is missing', async () => {
    await expect(inspectFacts([])).rejects.toMatchObject({ code: 'FACTS_GAP' })
    await expect(inspectFacts(facts.slice(1))).rejects.toMatchObject({ code: 'FACTS_GAP' })
  })
})

/** The facts that a saved page holds. */
function shownOf(told: readonly Fact[]): readonly Fact[] {
  const messages = [...savedMessages(factsSource(told, {}))].map((line) => JSON.parse(line) as ServerMessage)
  expect(messages[0]).toMatchObject({ type: 'hello', v: 1, saved: true })
  return messages
    .flatMap((one) => (one.type === 'batch' && one.log !== '' ? one.entries : []))
    .flatMap((entry) => (entry.kind === 'fact' ? [entry.fact] : []))
}

describe('a page with a run in it', () => {
  it('holds its facts, and nothing in them ends the element that they stand in', async () => {
    const path = join(folder, 'run.html')
    await exportFacts(facts, path)
    const page = readFileSync(path, 'utf8')
    const [, block] = /<script type="application\/x-ndjson" id="saved">\n([\s\S]*?)<\/script>/.exec(page)!
    expect(block).not.toContain('<')
    const messages = block!
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ServerMessage)
    const told = messages.flatMap((one) => (one.type === 'batch' && one.log === 'run' ? one.entries : []))
    expect(told.flatMap((entry) => (entry.kind === 'fact' ? [entry.fact] : []))).toEqual(facts)
    expect(page.indexOf('id="saved"')).toBeLessThan(page.indexOf('<div id="page">'))
    expect(page).toMatch(
      /<head>\s*<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^"]+connect-src 'none';/,
    )
    expect(page.split('alert(1)').length).toBe(2)
    expect(readdirSync(folder)).toEqual(['run.html'])
  })

  it('leaves out what is not to be shown', async () => {
    const path = join(folder, 'run.html')
    await exportFacts(facts, path, {
      redact: ['html'],
      sanitise: (value, { kind }) => (kind === 'text' ? 'left out' : value),
    })
    const page = readFileSync(path, 'utf8')
    expect(page).toContain('"html":"[not shown]"')
    expect(page).not.toContain('alert(1)')
  })

  it('leaves out what is not to be shown also where it stands a second time, or in a field that came later', () => {
    const told = facts.map((fact) =>
      fact.type === 'task.completed'
        ? { ...fact, output: { token: 'secret' }, written: '{"token":"secret"}', later: { token: 'secret' } }
        : fact,
    )
    const shown = (options: SanitiserOptions): string =>
      [...savedMessages(factsSource(told, options))].join('')
    expect(shown({})).toContain(String.raw`"written":"{\"token\":\"secret\"}"`)
    expect(shown({ redact: ['token'] })).not.toContain('secret')
    expect(shown({ sanitise: (value, { kind }) => (kind === 'output' ? '' : value) })).not.toContain('secret')
    expect(shown({ sanitise: (value) => value })).not.toContain('written')
  })

  it('of a run of 5,000 tasks is written within seconds, in lines that can be read one by one', async () => {
    const runtime = createRuntime({ concurrency: 100 })
    const tasks = Array.from({ length: 5_000 }, (_, index) => [`t${index}`, { run: () => index }] as const)
    const run = runtime.dispatch(plan({ name: 'large', tasks }))
    await run.result
    const told: Fact[] = []
    run.events({ from: 1 }).subscribe((fact) => told.push(fact))
    expect(shownOf(told)).toEqual(JSON.parse(JSON.stringify(told)))
    const longest = Math.max(...[...savedMessages(factsSource(told, {}))].map((line) => line.length))
    // The first fact alone has all tasks.
    expect(longest).toBeLessThan(1_500_000)
  })
})

describe('a page that cannot be written', () => {
  const left = () => readdirSync(folder).toSorted()

  it.skipIf(!existsSync('/dev/full'))('is refused where the disk is full', async () => {
    await expect(exportFacts(facts, '/dev/full')).rejects.toMatchObject({
      code: 'EXPORT_FAILED',
      message: expect.stringContaining('ENOSPC'),
    })
    expect(existsSync('/dev/full')).toBe(true)
  })

  it('is refused where there is no such folder, or it is a folder itself', async () => {
    await expect(exportFacts(facts, join(folder, 'no/run.html'))).rejects.toMatchObject({
      code: 'EXPORT_FAILED',
    })
    mkdirSync(join(folder, 'there'))
    await expect(exportFacts(facts, join(folder, 'there'))).rejects.toMatchObject({ code: 'EXPORT_FAILED' })
    expect(left()).toEqual(['there'])
  })

  it('is refused where nobody may write', async () => {
    await expect(exportFacts(facts, '/proc/self/run.html')).rejects.toMatchObject({ code: 'EXPORT_FAILED' })
  })

  it('leaves what was there, and no half a page, where it fails in between', async () => {
    const path = join(folder, 'run.html')
    writeFileSync(path, 'before')
    await expect(
      exportFacts(facts, path, {
        get sanitise(): never {
          throw new Error('no')
        },
      }),
    ).rejects.toThrow('no')
    const { writeWhole } = await import('../../src/inspector/saved/write-whole.ts')
    const parts = function* (): Generator<string> {
      yield 'half of it'
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    await expect(writeWhole(path, parts())).rejects.toMatchObject({ code: 'EXPORT_FAILED', facts: { path } })
    expect(readFileSync(path, 'utf8')).toBe('before')
    expect(left()).toEqual(['run.html'])
  })

  it('takes the place of the file that a link leads to, and leaves the link', async () => {
    writeFileSync(join(folder, 'real.html'), 'before')
    symlinkSync('real.html', join(folder, 'link.html'))
    await exportFacts(facts, join(folder, 'link.html'))
    expect(readlinkSync(join(folder, 'link.html'))).toBe('real.html')
    expect(readFileSync(join(folder, 'real.html'), 'utf8')).toContain('id="saved"')
  })
})
