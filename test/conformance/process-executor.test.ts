import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, processExecutor } from 'dagmar'
import { executorConformance } from 'dagmar/testing'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'process-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0

const tells = [
  '{"inputs":%s,"input":%s,"runId":"%s","taskId":"%s","attempt":%s,"attemptId":"%s"}',
  '"$DAGMAR_INPUTS" "$DAGMAR_INPUT" "$DAGMAR_RUN_ID" "$DAGMAR_TASK_ID"',
  `"\${DAGMAR_ATTEMPT##*/}" "$DAGMAR_ATTEMPT"`,
] as const

describe('the process executor', () => {
  const conformance = executorConformance({
    name: 'the process executor',
    makeExecutor: () => processExecutor(),
    work: {
      completes: (output) => command('echo', [output]).work,
      // The name of the command is what its failure repeats.
      fails: (message) => command(message, []).work,
      hangs: () => command('sleep 100 & wait').work,
      breaks: {
        'exits with a code': () => command('exit 3').work,
        'kills itself': () => command('kill -KILL $$').work,
        'runs nowhere': () => command('true', { cwd: '/no/such/folder' }).work,
        'has an environment file that is not there': () => command('true', { envFile: '/no/such' }).work,
        'is none for it': () => 'true',
      },
      tells: () => command(`printf '${tells[0]}' ${tells[1]} ${tells[2]}`).work,
      ignoresAbort: () => {
        const flag = join(folder, String(++count))
        return {
          work: command(`trap "" TERM; until [ -e ${flag} ]; do sleep 0.01; done`).work,
          finish: () => writeFileSync(flag, ''),
        }
      },
      beats: () => command('echo a sign').work,
    },
    quietMs: 20,
  })

  it.each(conformance)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
