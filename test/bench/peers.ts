import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { peersFolder, repository } from './paths.ts'

export interface Peers {
  /** Versions by package, of those that are there. */
  readonly versions: Readonly<Record<string, string>>
  readonly missing: readonly string[]
}

const run = promisify(execFile)

/**
 * Installs the peers as their lockfile says, where one is missing or has another version, and compiles their adapters.
 * Without a network it says so and goes on with those that are there.
 */
export async function readyPeers(say: (line: string) => void): Promise<Peers> {
  const pinned = pinnedVersions()
  if (Object.entries(pinned).some(([name, version]) => installedVersion(name) !== version)) {
    say('Installing the peers in test/bench (npm ci), about 370 MB …')
    try {
      await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: peersFolder() })
    } catch (error) {
      say(`npm ci failed: ${lastLines(error)}`)
    }
  }
  const found = Object.keys(pinned).map((name) => [name, installedVersion(name)] as const)
  const versions = Object.fromEntries(
    found.filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const missing = found.filter(([, version]) => version === undefined).map(([name]) => name)
  await compileAdapters(missing.length > 0, say)
  return { versions, missing }
}

/**
 * Builds what the SQLite of LangGraph's checkpointer needs, where that was not done yet: scripts of peers are not run when
 * they are installed. False where it cannot be built, which it says.
 */
export async function readyNativeSqlite(say: (line: string) => void): Promise<boolean> {
  const built = `${peersFolder()}node_modules/better-sqlite3/build/Release/better_sqlite3.node`
  if (existsSync(built)) return true
  say('Building better-sqlite3 in test/bench, which may take some minutes …')
  try {
    await run('npm', ['rebuild', 'better-sqlite3', '--ignore-scripts=false', '--loglevel=error'], {
      cwd: peersFolder(),
    })
  } catch (error) {
    say(`better-sqlite3 cannot be built: ${lastLines(error)}`)
  }
  return existsSync(built)
}

function pinnedVersions(): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(`${peersFolder()}package.json`, 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
    readonly optionalDependencies: Readonly<Record<string, string>>
  }
  return Object.fromEntries(
    Object.entries({ ...manifest.dependencies, ...manifest.optionalDependencies }).filter(
      ([name]) => !name.startsWith('@types/'),
    ),
  )
}

function installedVersion(name: string): string | undefined {
  const path = `${peersFolder()}node_modules/${name}/package.json`
  if (!existsSync(path)) return undefined
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version
}

/** Their types are checked, unless a peer is missing. */
async function compileAdapters(unchecked: boolean, say: (line: string) => void): Promise<void> {
  const tsc = `${repository()}node_modules/typescript/bin/tsc`
  const flags = unchecked ? ['--noCheck'] : []
  try {
    await run(process.execPath, [tsc, '-p', `${peersFolder()}tsconfig.json`, ...flags])
  } catch (error) {
    say(`The adapters of the peers do not check: ${lastLines(error)}`)
  }
}

function lastLines(error: unknown): string {
  const { stderr = '', stdout = '' } = error as { readonly stderr?: string; readonly stdout?: string }
  const text = stderr.trim() === '' ? stdout : stderr
  return (text.trim() === '' ? String(error) : text.trim()).split('\n').slice(-5).join('\n')
}
