import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Postgres {
  /** Makes an empty database and gives its address. */
  readonly database: (name: string) => Promise<string>
  readonly end: () => Promise<void>
}

const execute = promisify(execFile)

/** A Postgres of its own in a temporary folder, as Debian installs it. Undefined where there is none. */
export async function startPostgres(): Promise<Postgres | undefined> {
  const installed = '/usr/lib/postgresql'
  const version = existsSync(installed) ? readdirSync(installed).at(-1) : undefined
  if (version === undefined) return undefined
  const bin = (name: string): string => join(installed, version, 'bin', name)
  const folder = mkdtempSync(join(tmpdir(), 'dagmar-postgres-'))
  // Postgres refuses to run as root.
  const isRoot = process.getuid?.() === 0
  const as = isRoot
    ? {
        uid: Number((await execute('id', ['-u', 'postgres'])).stdout),
        gid: Number((await execute('id', ['-g', 'postgres'])).stdout),
      }
    : {}
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid)
  const data = join(folder, 'data')
  await execute(bin('initdb'), ['-D', data, '-U', 'bench', '-A', 'trust'], { ...as, cwd: folder })
  const port = String(await freePort())
  const server = spawn(bin('postgres'), ['-D', data, '-p', port, '-k', folder, '-h', '127.0.0.1'], {
    ...as,
    cwd: folder,
    stdio: 'ignore',
  })
  const ended = once(server, 'exit')
  const address = ['-h', '127.0.0.1', '-p', port, '-U', 'bench']
  const end = async (): Promise<void> => {
    server.kill('SIGINT')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await execute('timeout', [
      '30',
      'sh',
      '-c',
      `until ${bin('pg_isready')} ${address.join(' ')}; do sleep 0.2; done`,
    ])
  } catch (error) {
    await end()
    throw error
  }
  return {
    database: async (name) => {
      await execute(bin('createdb'), [...address, name])
      return `postgresql://bench@127.0.0.1:${port}/${name}`
    },
    end,
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  await once(server, 'close')
  return port
}
