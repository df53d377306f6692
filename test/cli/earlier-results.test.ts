import { it as law, fc } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { rawFields } from '../../src/cli/run/raw-fields.ts'
import { dagmar, folderWith } from './spawned-dagmar.ts'

const tasks = {
  id: { run: `echo '{"id": 1234567890123456789, "price": 1.10}'` },
  text: { run: 'echo "a plain text"' },
  both: { needs: ['id', 'text'] },
  show: { run: 'echo "seen $DAGMAR_INPUTS"', needs: ['id', 'text', 'both'] },
  last: { run: 'true', needs: ['show'] },
}
const seen = 'seen {"id":{"id": 1234567890123456789, "price": 1.10},"text":"a plain text"}'
const missing = 'there are no outputs of id, text for the tasks that need them'

async function planAndResults(): Promise<{ readonly cwd: string; readonly lines: readonly string[] }> {
  const cwd = folderWith({ 'plan.json': JSON.stringify({ tasks }) })
  const { stdout } = await dagmar(['run', 'plan.json', '--json'], { cwd }).ended
  return { cwd, lines: stdout.trimEnd().split('\n') }
}

describe('a run from some tasks on', () => {
  it('says which outputs are missing because of that', async () => {
    const cwd = folderWith({ 'plan.json': JSON.stringify({ tasks }) })
    const run = async (...flags: string[]) =>
      dagmar(['run', 'plan.json', '--from', 'show', ...flags], { cwd }).ended
    const plain = await run()
    expect(plain.stdout).toContain(`${missing}; --results takes those of an earlier run`)
    expect(plain.stdout).toContain('| seen {}')
    expect((await run('--dry-run')).stdout).toContain(missing)
    const json = await run('--json')
    expect(json.stderr).toContain(missing)
    expect(json.stdout).not.toContain(missing)
  })

  it('says nothing where nothing is missing', async () => {
    const cwd = folderWith({ 'plan.json': JSON.stringify({ tasks }) })
    const { stdout } = await dagmar(['run', 'plan.json', '--from', 'id', 'text'], { cwd }).ended
    expect(stdout).not.toContain('no outputs')
    expect(stdout).toContain(`| ${seen}`)
  })

  it('takes the outputs of an earlier run as they were written: its lines, its result, or those of one that was cut off', async () => {
    const { cwd, lines } = await planAndResults()
    const result = lines.at(-1)!
    const cut = lines.slice(
      0,
      lines.findIndex((line) => line.includes('"task.started"') && line.includes('"show"')),
    )
    const run = async (stdin: string) =>
      dagmar(['run', 'plan.json', '--from', 'show', '--results', '-'], { cwd, stdin }).ended
    for (const results of [lines.join('\n'), result, `${cut.join('\n')}\n{"seq":9,"type":"task.comp`]) {
      const { code, stdout } = await run(results)
      expect(stdout).toContain(`| ${seen}`)
      expect(stdout).not.toContain('no outputs')
      expect(code).toBe(0)
    }
    const pretty = JSON.stringify(JSON.parse(result), null, 2)
    expect((await run(pretty)).stdout).toContain('"text":"a plain text"}')
    const few = JSON.stringify({ outputs: { text: 'other' } })
    const { stdout } = await run(few)
    expect(stdout).toContain('the results have no outputs of id for the tasks that need them')
    expect(stdout).toContain('| seen {"text":"other"}')
  })

  it('takes results that begin with a byte order mark, and hands on what is too deep as a text', async () => {
    const { cwd, lines } = await planAndResults()
    const run = async (stdin: string) =>
      dagmar(['run', 'plan.json', '--from', 'show', '--results', '-'], { cwd, stdin }).ended
    expect((await run(`\uFEFF${lines.at(-1)!}`)).stdout).toContain(`| ${seen}`)
    const deep = '['.repeat(5000) + ']'.repeat(5000)
    expect((await run(`{"outputs":{"id":1,"text":${deep}}}`)).stdout).toContain(
      `| seen {"id":1,"text":"${deep}"}`,
    )
  })

  it.each([
    [['--results', 'plan.json'], 'holds no outputs of tasks'],
    [['--results', 'nowhere.json'], 'cannot be read'],
    [['--results', '/dev/null'], 'it is no regular file'],
    [['--results', '-', '--input', '-'], 'cannot come from stdin together'],
  ])('refuses %j', async (flags, said) => {
    const cwd = folderWith({ 'plan.json': JSON.stringify({ tasks: { a: { run: 'true' } } }) })
    const { code, stderr } = await dagmar(['run', 'plan.json', '--from', 'a', ...flags], { cwd }).ended
    expect(stderr).toContain(said)
    expect(code).toBe(2)
  })

  it('is what results are for', async () => {
    const { code, stderr } = await dagmar(['run', 'plan.json', '--results', 'x.json']).ended
    expect(stderr).toContain('give --from as well')
    expect(code).toBe(2)
  })
})

law.prop([fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 2, '\t')])(
  'the fields of a JSON object are found with the texts of their values',
  (object, layout) => {
    const json = JSON.stringify(object, null, layout)
    const found = [...rawFields(json)].map(([key, raw]) => [key, JSON.parse(raw) as unknown])
    expect(found).toEqual(Object.entries(JSON.parse(json) as object))
  },
)
