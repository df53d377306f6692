import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from 'dagmar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openHome } from '../../src/jobs/home.ts'
import { protocolVersion } from '../../src/jobs/protocol/messages.ts'
import { spoolJob } from '../../src/jobs/spool/spool-job.ts'
import { type Supervisor, startSupervisor } from '../../src/jobs/supervisor/supervisor.ts'

let supervisor: Supervisor | undefined
let folder = ''
afterEach(async () => {
  await supervisor?.stop(true)
  await supervisor?.left
  rmSync(folder, { recursive: true, force: true })
})

const hello = { dagmar: 'test', protocol: protocolVersion, pid: 1 }
const lines = `${JSON.stringify(hello)}\n${JSON.stringify({ n: 1, verb: 'look' })}\n`
const client = `
  const socket = require('node:net').connect(process.argv[1], () => {
    socket.end(process.argv[2], () => socket.destroy())
  })
`

describe('a client that leaves as soon as it has said what it wants', () => {
  it('is heard, though the supervisor was busy all the time', async () => {
    folder = mkdtempSync(join(tmpdir(), 'dagmar-hasty-'))
    const home = openHome(join(folder, 'home'))
    supervisor = await startSupervisor({ home, version: 'test', warn: () => undefined })
    spoolJob({ name: 'hasty', tasks: [['one', { run: command('true') }]] }, { home: home.path })
    // Nothing else happens in this process until it has ended.
    const { status } = spawnSync(process.execPath, ['-e', client, home.socket, lines])
    expect(status).toBe(0)
    await vi.waitFor(() => expect(readdirSync(home.spool)).toEqual([]), { timeout: 5_000, interval: 5 })
  })
})
