import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Measurements } from './measurements.ts'

const limitMs = 300_000

/** Measures in a fresh Node process. Rejects with what the process last said if it fails or takes five minutes. */
export async function measureApart<Kind extends keyof Measurements>(
  kind: Kind,
  cell: Parameters<Measurements[Kind]>[0],
): Promise<Awaited<ReturnType<Measurements[Kind]>>> {
  const program = fileURLToPath(new URL('cell.js', import.meta.url))
  const child = spawn(
    execPath,
    ['--expose-gc', '--no-warnings', program, JSON.stringify({ kind, cell })],
    // As in production: libraries leave out what they check during development only.
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production' } },
  )
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  const [said, complained, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ])
  clearTimeout(timer)
  if (code !== 0) {
    const last = complained.trim() === '' ? said : complained
    throw new Error(`It ended with ${code ?? signal}: ${last.trim().split('\n').slice(-12).join('\n')}`)
  }
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as Awaited<ReturnType<Measurements[Kind]>>
}
