import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parsePlan, readPlanFile } from 'dagmar/plan-file'
import { addInitCommand } from '../../src/cli/init.ts'
import { processExecutor } from '../../src/executors/process/process-executor.ts'
import { createRuntime } from '../../src/runtime/create-runtime.ts'
import { called } from './called.ts'
import { folderOf } from './folder.ts'

const at = folderOf()
const init = (...args: string[]) => called(addInitCommand, ['init', ...args])

describe('the first plan', () => {
  it('is sound, small, and has comments', async () => {
    expect(await init(at('first.yaml'))).toMatchObject({
      exitCode: 0,
      out: `Wrote ${at('first.yaml')}. Run it with: dagmar run ${at('first.yaml')}\n`,
    })
    const text = readFileSync(at('first.yaml'), 'utf8')
    expect(text.split('\n').length).toBeLessThan(50)
    expect(text.match(/#/g)!.length).toBeGreaterThan(8)
    expect(parsePlan(text).plan.tasks.map(({ id }) => id)).toContain('test(browser)')
  })

  it('runs as it is', async () => {
    writeFileSync(at('quick.yaml'), readFileSync(at('first.yaml'), 'utf8').replaceAll('sleep 1', 'sleep 0'))
    const { plan } = await readPlanFile(at('quick.yaml'))
    await using runtime = createRuntime({ executors: { process: processExecutor() } })
    const { status, outputs } = await runtime.dispatch(plan).result
    expect(status).toBe('completed')
    expect(outputs).toMatchObject({ 'test(unit)': 'unit tests passed', report: 'all is done' })
  })

  it('names its schema where that is installed beside it', async () => {
    mkdirSync(at('node_modules', 'dagmar', 'schema'), { recursive: true })
    writeFileSync(at('node_modules', 'dagmar', 'schema', 'plan.schema.json'), '{}')
    await init(at('second.yml'))
    expect(readFileSync(at('second.yml'), 'utf8').split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./node_modules/dagmar/schema/plan.schema.json',
    )
    expect((await readPlanFile(at('second.yml'))).plan.tasks).toHaveLength(6)
  })
})

describe('a file that is there already', () => {
  it('is left alone, unless it is to be overwritten', async () => {
    writeFileSync(at('mine.yaml'), 'mine')
    expect(await init(at('mine.yaml'))).toMatchObject({
      exitCode: 2,
      refusal: `There is a file ${at('mine.yaml')} already. Overwrite it with --force.`,
    })
    expect(readFileSync(at('mine.yaml'), 'utf8')).toBe('mine')
    expect(await init(at('mine.yaml'), '--force')).toMatchObject({ exitCode: 0 })
    expect(readFileSync(at('mine.yaml'), 'utf8')).toContain('tasks:')
  })
})

describe('a file that cannot be written', () => {
  it('is refused: in a folder that is not there, or with a name that is not YAML’s', async () => {
    expect(await init(at('no', 'plan.yaml'))).toMatchObject({
      exitCode: 2,
      refusal: expect.stringContaining('ENOENT') as string,
    })
    expect(await init(at('plan.json'))).toMatchObject({
      exitCode: 2,
      refusal: expect.stringContaining('.yaml') as string,
    })
  })
})

it('what init prints is a command that a shell understands', async () => {
  const path = at("it's a plan.yaml")
  const { out } = await init(path)
  const command = out.slice(out.indexOf('dagmar run '), -1)
  const script = `dagmar() { printf '%s' "$2"; }\n${command}`
  expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(path)
})

it('the help of init has a sentence, the options and examples', async () => {
  expect((await init('--help')).out).toMatch(/Writes a small plan[\s\S]*--force[\s\S]*Examples:/)
})
