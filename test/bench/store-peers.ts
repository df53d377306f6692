import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { DurableCell } from './durable-cell.ts'
import { type Shape, shapes } from './durable-workload.ts'
import { readyNativeSqlite, readyPeers } from './peers.ts'
import { startPostgres } from './postgres.ts'
import { median } from './statistics.ts'

interface PeerRow {
  readonly contender: string
  readonly shape: Shape
  readonly tasks: number
  readonly stepsPerSecond: number | undefined
  readonly kills: number
  /** Of all kills together. */
  readonly repeated: number
  readonly lost: number
  /** Why it was not measured to the end. What was measured before that counts. */
  readonly failed?: string
}

/** Longest that one process of a contender may take. */
const limitMs = 120_000

const dagmars = ['sqlite', 'journal'].flatMap((store) =>
  ['full', 'normal'].map((durability) => `dagmar/${store}, ${durability}`),
)

/** The same dag made durable by each, every run in a process of its own, some of which are killed about half way. */
export async function comparePeers(parent: string, quick: boolean): Promise<readonly PeerRow[]> {
  const say = (line: string): void => console.error(line)
  const { versions } = await readyPeers(say)
  const has = (name: string): boolean => versions[name] !== undefined
  const hasLangGraph = has('@langchain/langgraph-checkpoint-sqlite') && (await readyNativeSqlite(say))
  const postgres = await startPostgres()
  if (postgres === undefined) say('DBOS is left out: there is no Postgres in /usr/lib/postgresql.')
  const peers = [
    ...(hasLangGraph ? ['durable-langgraph'] : []),
    ...(has('@dbos-inc/dbos-sdk') && postgres !== undefined ? ['durable-dbos'] : []),
  ]
  const tasks = 1_000
  const rows: PeerRow[] = []
  let databases = 0
  const inPlace = async <Done>(act: (at: Omit<DurableCell, 'contender' | 'shape'>) => Promise<Done>) => {
    const folder = mkdtempSync(join(parent, 'dagmar-bench-'))
    try {
      const url = (await postgres?.database(`run${databases++}`)) ?? ''
      return await act({ tasks, folder, url })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const rowOf = async (contender: string, shape: Shape): Promise<PeerRow> => {
    const times: number[] = []
    const kills = { kills: 0, repeated: 0, lost: 0 }
    let failed: string | undefined
    try {
      for (let round = 0; round < (quick ? 1 : 3); round++) {
        times.push(await inPlace((at) => finish({ ...at, contender, shape })))
      }
      while (kills.kills < (quick ? 1 : 5)) {
        const { repeated, lost } = await inPlace((at) => killAndFinish({ ...at, contender, shape }))
        kills.kills += 1
        kills.repeated += repeated
        kills.lost += lost
      }
    } catch (error) {
      failed = String(error)
    }
    const stepsPerSecond = times.length === 0 ? undefined : Math.round((tasks / median(times)) * 1_000)
    return { contender, shape, tasks, stepsPerSecond, ...kills, ...(failed === undefined ? {} : { failed }) }
  }
  try {
    for (const shape of shapes) {
      for (const contender of [...dagmars, ...peers]) {
        rows.push(await rowOf(contender, shape))
        console.error(JSON.stringify(rows.at(-1)))
      }
    }
  } finally {
    await postgres?.end()
  }
  return rows
}

function start(cell: DurableCell) {
  const program = fileURLToPath(new URL('durable-cell.js', import.meta.url))
  return spawn(execPath, ['--no-warnings', program, JSON.stringify(cell)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
}

async function finish(cell: DurableCell): Promise<number> {
  const child = start(cell)
  const timer = globalThis.setTimeout(() => child.kill('SIGKILL'), limitMs)
  const [said, complained, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ])
  clearTimeout(timer)
  if (signal !== null) throw new Error(`${cell.contender}, ${cell.shape}: over ${limitMs / 1_000} s`)
  if (code !== 0) throw new Error(`${cell.contender}, ${cell.shape}: ${complained.slice(-800)}`)
  return (JSON.parse(said.trim().split('\n').at(-1)!) as { readonly ms: number }).ms
}

async function killAndFinish(
  cell: DurableCell,
): Promise<{ readonly repeated: number; readonly lost: number }> {
  const child = start(cell)
  child.stdout.resume()
  child.stderr.resume()
  const closed = once(child, 'close')
  const enough = cell.tasks * (0.4 + Math.random() * 0.2)
  const latest = performance.now() + limitMs
  while (effectsOf(cell).length < enough && child.exitCode === null && performance.now() < latest)
    await setTimeout(1)
  const isLate = performance.now() >= latest
  child.kill('SIGKILL')
  await closed
  if (isLate) throw new Error(`${cell.contender}, ${cell.shape}: half of it takes over ${limitMs / 1_000} s`)
  if (child.signalCode !== 'SIGKILL') throw new Error(`${cell.contender} ended before it was killed.`)
  await finish(cell)
  const effects = effectsOf(cell)
  const distinct = new Set(effects).size
  return { repeated: effects.length - distinct, lost: cell.tasks - distinct }
}

function effectsOf({ folder }: DurableCell): readonly string[] {
  const path = join(folder, 'effects')
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
}
