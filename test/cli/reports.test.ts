import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, dag } from 'dagmar'
import { afterAll, describe, expect, it } from 'vitest'
import { readReports, writeReports } from '../../src/cli/run/reports.ts'
import { RunProgress } from '../../src/cli/view/run-progress.ts'

const folder = mkdtempSync(join(tmpdir(), 'dagmar-reports-'))
afterAll(() => rmSync(folder, { recursive: true }))

const release = dag('release <1>')
  .task('build', async ({ log }) => {
    log('\u001b[32mbuilt\u001b[0m & \u0007done \ud800')
    return 'app.js'
  })
  .task('test', { needs: ['build'], retry: { maxAttempts: 2, backoff: { base: 1 } } }, async () => {
    throw new Error('1 < 2 "said"')
  })
  .task('deploy', { needs: ['test'] }, async () => undefined)

async function reported(...given: readonly string[]): Promise<readonly string[]> {
  const run = createRuntime().dispatch(release)
  const progress = new RunProgress(run.plan)
  run.events$.subscribe((fact) => progress.apply(fact))
  return writeReports(readReports(given), await run.result, progress)
}

describe('a report', () => {
  it('as JUnit has a test case a task, with failures, skips and the end of the output', async () => {
    const path = join(folder, 'junit.xml')
    expect(await reported(`junit=${path}`)).toEqual([])
    const xml = readFileSync(path, 'utf8')
    expect(xml).toContain('<testsuite name="release &lt;1&gt;" tests="3" failures="1" errors="0" skipped="1"')
    expect(xml).toMatch(/<testcase name="build" classname="release &lt;1&gt;" time="\d+\.\d{3}">/)
    expect(xml).toContain('<system-out>built &amp; done </system-out>')
    expect(xml).toContain('<failure message="1 &lt; 2 &quot;said&quot;" type="HANDLER_THREW">')
    expect(xml).toContain('<skipped message="dependency-failed because of test"/>')
  })

  it('as JSON has the result, and each task with its outcome and its times', async () => {
    const path = join(folder, 'run.json')
    expect(await reported(`json=${path}`)).toEqual([])
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      name: 'release <1>',
      status: 'failed',
      outputs: { build: 'app.js' },
      tasks: [
        { id: 'build', attempts: 1, outcome: { status: 'completed' } },
        { id: 'test', attempts: 2, durationMs: expect.any(Number), outcome: { status: 'failed' } },
        { id: 'deploy', attempts: 0, durationMs: 0, outcome: { status: 'skipped' } },
      ],
    })
  })

  it('that cannot be written is told, and others are written', async () => {
    const paths = ['/dev/full', join(folder, 'other.json')]
    const told = await reported(...paths.map((path) => `json=${path}`))
    expect(told).toEqual([expect.stringContaining('the report /dev/full cannot be written')])
    expect(readFileSync(paths[1]!, 'utf8')).toContain('"status":"failed"')
  })

  it.each([
    ['html=x', 'must be junit=FILE or json=FILE'],
    ['junit', 'must be junit=FILE or json=FILE'],
    ['junit=', 'must be junit=FILE or json=FILE'],
    ['json=no/such/folder/x', 'is in a folder that is not there'],
    [`json=${folder}`, 'is a folder'],
  ])('that is wanted as %s is refused before the run', (given, reason) => {
    expect(() => readReports([given])).toThrow(reason)
  })
})
