import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, createRuntime, dag } from 'dagmar'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { builtDagmar } from '../cli/built-dagmar.ts'

const folder = mkdtempSync(join(tmpdir(), 'nested-test-'))
const flag = `NESTED_TEST=${process.pid}`
afterAll(() => rmSync(folder, { recursive: true }))

function processesLeft(): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) return []
      const environ = readFileSync(`/proc/${pid}/environ`, 'latin1')
      return environ.includes(flag)
        ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')]
        : []
    } catch {
      return []
    }
  })
}

/** Runs a plan of dagmar's below dagmar, and ends it while it runs. */
async function endBelow(inner: object, killGrace: number): Promise<string | undefined> {
  const plan = join(folder, 'plan.json')
  writeFileSync(plan, JSON.stringify({ tasks: { server: inner } }))
  const [name, value] = flag.split('=') as [string, string]
  const work = command(`"$NODE" "$DAGMAR" run ${plan}`, {
    env: { NODE: process.execPath, DAGMAR: builtDagmar(), [name]: value },
  })
  const run = createRuntime().dispatch(dag('outer').task('below', { killGrace }, work))
  run.events$.subscribe((fact) => {
    if (fact.type === 'task.output' && fact.text.includes('up')) void run.kill()
  })
  return (await run.result).outcomes.below?.status
}

describe.runIf(existsSync('/proc/self/environ'))('dagmar below dagmar', () => {
  beforeAll(() => void builtDagmar())
  afterEach(() => {
    expect(processesLeft()).toEqual([])
  })

  const deaf = `trap '' TERM; sleep 331 & setsid sleep 332 & echo up; while :; do sleep 0.05; done`

  it('leaves nothing where the outer one runs out of grace first', async () => {
    const below = await endBelow({ run: deaf, killGrace: '20s' }, 300)
    expect(below).toBe('killed')
  })

  it('leaves nothing where the inner one runs out of grace first', async () => {
    const below = await endBelow({ run: deaf, killGrace: '100ms' }, 20_000)
    expect(below).toBe('killed')
  })
})
