import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createRuntime, memoryStore, type Plan, plan, type Store } from '../../src/index.ts'
import { journal } from '../../src/stores/journal/index.ts'
import { sqlite, type SqliteDriver } from '../../src/stores/sqlite/index.ts'
import { median } from './statistics.ts'
import { comparePeers } from './store-peers.ts'

const usage = `What it costs to keep journals.

npm run bench:store -- [--quick] [--peers] [--folder <folder>] [--json]

With --peers the same 1,000 tasks are made durable by other libraries instead, and killed half way.

The stores lie in the folder for temporary files unless said otherwise: what a sync costs is the disk's doing.`

interface Contender {
  readonly name: string
  readonly open: (path: string) => Store
}

interface Rate {
  readonly store: string
  readonly atOnce: number
  readonly tasks: number
  /** Each the median of the rounds. */
  readonly factsPerSecond: number
  readonly usPerTask: number
  /** What a task costs beyond one in the store in memory. */
  readonly usBeyondMemory: number
}

interface Sizes {
  readonly store: string
  readonly bytesPerRunOfOneTask: number
  readonly bytesPerTask: number
}

interface Recovery {
  readonly store: string
  readonly tasks: number
  readonly ms: number
}

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const rounds = flags.quick ? 3 : 9
const scale = flags.quick ? 0.2 : 1

const drivers: readonly SqliteDriver[] =
  process.getBuiltinModule('node:sqlite') === undefined ? ['libsql'] : ['libsql', 'node:sqlite']
const contenders: readonly Contender[] = [
  { name: 'memory', open: () => memoryStore() },
  ...drivers.flatMap((driver) =>
    (['full', 'normal'] as const).map((durability) => ({
      name: `${driver}, ${durability}`,
      open: (path: string) => sqlite(path, { driver, durability }),
    })),
  ),
  ...(['full', 'normal'] as const).map((durability) => ({
    name: `journal, ${durability}`,
    open: (path: string) => journal(path, { durability }),
  })),
]

if (flags.help) console.log(usage)
else if (flags.peers) await benchPeers()
else await bench()

async function bench(): Promise<void> {
  const began = loadavg()[0]!
  const rates = await ratesOf([
    // One after the other: each waits for the disk.
    { atOnce: 1, tasks: Math.ceil(300 * scale) },
    { atOnce: 32, tasks: Math.ceil(20_000 * scale) },
    { atOnce: 100, tasks: Math.ceil(20_000 * scale) },
    { atOnce: 1_000, tasks: Math.ceil(50_000 * scale) },
    { atOnce: 10_000, tasks: Math.ceil(50_000 * scale) },
  ])
  const kept = contenders.filter(({ name }) => !name.startsWith('memory') && name.endsWith('full'))
  const sizes: Sizes[] = []
  const recoveries: Recovery[] = []
  for (const contender of kept) {
    sizes.push(await sizesOf(contender))
    recoveries.push(await recoveryOf(contender))
  }
  const machine = {
    node: process.version,
    load: [began, loadavg()[0]!].map((load) => Math.round(load * 10) / 10),
  }
  if (flags.json) console.log(JSON.stringify({ machine, rates, sizes, recoveries }))
  else {
    console.log(`Node ${machine.node}, load ${machine.load.join(' to ')}`)
    console.table(rates)
    console.table(sizes)
    console.table(recoveries)
  }
}

async function benchPeers(): Promise<void> {
  const began = loadavg()[0]!
  const rows = await comparePeers(flags.folder, flags.quick)
  const load = [began, loadavg()[0]!].map(round1)
  if (flags.json) console.log(JSON.stringify({ machine: { node: process.version, load }, rows }))
  else {
    console.log(`Node ${process.version}, load ${load.join(' to ')}`)
    console.table(rows)
  }
}

interface Load {
  readonly atOnce: number
  readonly tasks: number
}

async function ratesOf(loads: readonly Load[]): Promise<readonly Rate[]> {
  const rates: Rate[] = []
  for (const load of loads) {
    const times = new Map<string, number[]>()
    let facts = 0
    // Turn by turn, so that what else the machine does meets all of them alike.
    for (let round = 0; round <= rounds; round++) {
      for (const contender of contenders) {
        const { ms, seq } = await timeOf(contender, load)
        facts = seq
        // The first round warms up.
        if (round > 0) times.set(contender.name, [...(times.get(contender.name) ?? []), ms])
      }
    }
    const memoryMs = median(times.get('memory')!)
    for (const [store, all] of times) {
      const ms = median(all)
      rates.push({
        store,
        ...load,
        factsPerSecond: Math.round((facts / ms) * 1_000),
        usPerTask: round1((ms * 1_000) / load.tasks),
        usBeyondMemory: round1(((ms - memoryMs) * 1_000) / load.tasks),
      })
    }
  }
  return rates
}

/** A run of tasks that do nothing, so many of them at once. */
async function timeOf(
  { open }: Contender,
  { atOnce, tasks }: Load,
): Promise<{ readonly ms: number; readonly seq: number }> {
  return inFolder(async (folder) => {
    const store = open(join(folder, 'runs'))
    const runtime = createRuntime({ store, concurrency: atOnce })
    const idle = idleTasks(tasks)
    const began = performance.now()
    await runtime.run(idle)
    const ms = performance.now() - began
    await runtime.shutdown()
    const [summary] = await store.runs()
    await store.close()
    return { ms, seq: summary!.seq }
  })
}

async function sizesOf({ name, open }: Contender): Promise<Sizes> {
  const runs = 500
  const tasks = Math.ceil(10_000 * scale)
  const bytesOf = (count: number, plan: Plan): Promise<number> =>
    inFolder(async (folder) => {
      const store = open(join(folder, 'runs'))
      const runtime = createRuntime({ store })
      for (let run = 0; run < count; run++) await runtime.run(plan)
      await runtime.shutdown()
      await store.close()
      return bytesIn(folder)
    })
  return {
    store: name,
    bytesPerRunOfOneTask: Math.round((await bytesOf(runs, idleTasks(1))) / runs),
    bytesPerTask: Math.round((await bytesOf(1, idleTasks(tasks))) / tasks),
  }
}

/** A run of many tasks whose process died when half of them had settled: from the call to the run's handle. */
async function recoveryOf({ name, open }: Contender): Promise<Recovery> {
  const tasks = 10_000
  return inFolder(async (folder) => {
    const path = join(folder, 'runs')
    const first = open(path)
    const tried = { count: 0 }
    const never = new Promise<never>(() => undefined)
    const half = plan({
      name: 'half',
      tasks: Object.fromEntries(
        Array.from({ length: tasks }, (_, index) => [
          `task-${index}`,
          { run: () => (++tried.count > tasks / 2 ? never : tried.count) },
        ]),
      ),
    }) as unknown as Plan
    createRuntime({ store: first, concurrency: 1_000 }).dispatch(half, { id: 'run' })
    while (tried.count < Math.min(tasks, tasks / 2 + 1_000)) await setTimeout(20)
    await first.close()
    const store = open(path)
    const runtime = createRuntime({ store, concurrency: 1_000 })
    const began = performance.now()
    await runtime.recover('run', { dag: half })
    return { store: name, tasks, ms: Math.round(performance.now() - began) }
  })
}

function idleTasks(count: number): Plan {
  const idle = Array.from({ length: count }, (_, index) => [`task-${index}`, { run: () => index }])
  return plan({ name: 'idle', tasks: Object.fromEntries(idle) }) as unknown as Plan
}

async function inFolder<Done>(act: (folder: string) => Promise<Done>): Promise<Done> {
  const folder = mkdtempSync(join(flags.folder, 'dagmar-bench-'))
  try {
    return await act(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}
