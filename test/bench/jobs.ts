import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { command, type PlanDefinition } from '../../src/index.ts'
import type * as jobsDoor from '../../src/jobs/index.ts'
import { repository } from './paths.ts'
import { median } from './statistics.ts'

const usage = `What jobs cost.

npm run bench:jobs -- [--quick] [--json]

pueue is measured beside where its daemon runs.`

interface Timed {
  readonly name: string
  readonly ms: number
  /** How many times what a process of Node takes that does nothing. */
  readonly overNode: number
}

interface Measured {
  readonly load: number
  readonly processes: readonly Timed[]
  readonly stdinPerSecond: number
  readonly connectPerSecond: number
  readonly waiting: { readonly perSecond: number; readonly jobs: number; readonly statusMs: number }
  /** Of one stored job of one command without output: all its bytes, and where they lie. */
  readonly bytes: Readonly<Record<string, number>>
  readonly idle: { readonly megabytes: number; readonly cpuMs: number; readonly seconds: number }
}

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const scale = flags.quick ? 0.1 : 1
const dagmar = `${repository()}dist/cli.js`
/** As users have it: the supervisor that it starts is the built command line. */
const { connect } = (await import(`${repository()}dist/jobs.js`)) as typeof jobsDoor
const nothing: PlanDefinition = { name: 'nothing', tasks: { nothing: { run: command('true', []) } } }

if (flags.help) console.log(usage)
else await bench()

async function bench(): Promise<void> {
  const load = loadavg()[0]!
  const processes = await withHome(wholeProcesses)
  const stdinPerSecond = await withHome(throughStdin)
  const connectPerSecond = await withHome(throughConnection)
  const waiting = await withHome(amongMany)
  const bytes = await withHome(storedJob)
  const idle = await withHome(idleSupervisor)
  const measured: Measured = { load, processes, stdinPerSecond, connectPerSecond, waiting, bytes, idle }
  if (flags.json) console.log(JSON.stringify(measured, undefined, 2))
  else show(measured)
}

function show({ load, processes, stdinPerSecond, connectPerSecond, waiting, bytes, idle }: Measured): void {
  const row = (name: string, value: string): void => console.log(`${name.padEnd(36)} ${value}`)
  for (const { name, ms, overNode } of processes) row(name, `${ms.toFixed(0)} ms · ${overNode.toFixed(2)}×`)
  row('dispatch --stdin', `${stdinPerSecond.toFixed(0)} jobs a second`)
  row('connect().dispatch', `${connectPerSecond.toFixed(0)} jobs a second`)
  row('connect().dispatch, of jobs that wait', `${waiting.perSecond.toFixed(0)} jobs a second`)
  row(`one job among ${waiting.jobs}`, `${waiting.statusMs.toFixed(3)} ms`)
  for (const [part, size] of Object.entries(bytes)) row(`bytes a job: ${part}`, size.toFixed(0))
  row('an idle supervisor', `${idle.megabytes} MB, ${idle.cpuMs} ms of CPU in ${idle.seconds} s`)
  row('load before', load.toFixed(1))
}

/** In a state directory of its own. The supervisor ends with it. */
async function withHome<Result>(measure: (home: string) => Promise<Result>): Promise<Result> {
  const home = mkdtempSync(join(tmpdir(), 'dagmar-bench-jobs-'))
  process.env['DAGMAR_HOME'] = home
  process.env['XDG_CONFIG_HOME'] = home
  try {
    return await measure(home)
  } finally {
    await withJobs(home, async (jobs) => jobs.stop({ now: true }))
    rmSync(home, { recursive: true, force: true })
  }
}

async function withJobs<Result>(
  home: string,
  body: (jobs: jobsDoor.Jobs) => Promise<Result>,
): Promise<Result> {
  await using jobs = await connect({ home })
  return await body(jobs)
}

/** From the start of a process to its end: the median of 20. */
async function wholeProcesses(home: string): Promise<readonly Timed[]> {
  const plan = join(home, 'plan.yaml')
  writeFileSync(plan, 'tasks:\n  build:\n    run: "true"\n  test:\n    run: "true"\n    needs: [build]\n')
  const contenders: readonly (readonly [string, string, readonly string[]])[] = [
    ['an empty node', process.execPath, ['-e', '']],
    ['dagmar dispatch -- true', process.execPath, [dagmar, 'dispatch', '--', 'true']],
    ['dagmar dispatch plan.yaml', process.execPath, [dagmar, 'dispatch', plan]],
    ...(spawnSync('pueue', ['status']).status === 0
      ? [['pueue add -- true', 'pueue', ['add', '--', 'true']] as const]
      : []),
  ]
  await withJobs(home, async (jobs) => jobs.status())
  const times = contenders.map((): number[] => [])
  // One after the other, so that what else the machine does hits all of them.
  for (let round = 0; round < 23; round++) {
    for (const [index, [, file, args]] of contenders.entries()) {
      const began = performance.now()
      execFileSync(file, args, { stdio: 'ignore' })
      if (round >= 3) times[index]!.push(performance.now() - began)
    }
    await wait(50)
  }
  const node = median(times[0]!)
  return contenders.map(([name], index) => {
    const ms = median(times[index]!)
    return { name, ms, overNode: ms / node }
  })
}

async function throughStdin(home: string): Promise<number> {
  const count = 2_000 * scale
  const line = '{"tasks":{"nothing":{"run":"true"}}}\n'
  await withJobs(home, async (jobs) => jobs.status())
  const began = performance.now()
  execFileSync(process.execPath, [dagmar, 'dispatch', '--stdin'], {
    input: line.repeat(count),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  return (count / (performance.now() - began)) * 1_000
}

/** Of jobs that run meanwhile, until all are safe. */
function throughConnection(home: string): Promise<number> {
  return withJobs(home, async (jobs) => (await dispatchMany(jobs, 5_000 * scale)).perSecond)
}

/** Of jobs that wait: nothing else is done meanwhile. */
function amongMany(home: string): Promise<Measured['waiting']> {
  return withJobs(home, async (jobs) => {
    const count = 10_000 * scale
    const { all, perSecond } = await dispatchMany(jobs, count, { notBefore: Date.now() + 3_600_000 })
    // Its files are written later than it is safe.
    const last = all.at(-1)!
    while (!existsSync(join(home, 'jobs', last.id, 'status.json'))) await wait(200)
    await wait(2_000)
    const times: number[] = []
    for (let time = 0; time < 1_000; time++) {
      const job = all[(time * 7_919) % count]!
      const asked = performance.now()
      await job.details()
      times.push(performance.now() - asked)
    }
    return { perSecond, jobs: count, statusMs: median(times) }
  })
}

async function dispatchMany(jobs: jobsDoor.Jobs, count: number, options: jobsDoor.JobOptions = {}) {
  const began = performance.now()
  const all = await Promise.all(Array.from({ length: count }, () => jobs.dispatch(nothing, options)))
  return { all, perSecond: (count / (performance.now() - began)) * 1_000 }
}

async function settledAll(jobs: jobsDoor.Jobs): Promise<void> {
  while ((await jobs.status()).open > 0) await wait(200)
}

async function storedJob(home: string): Promise<Readonly<Record<string, number>>> {
  const count = 500 * scale
  await withJobs(home, async (jobs) => {
    await Promise.all(Array.from({ length: count }, () => jobs.dispatch(nothing)))
    await settledAll(jobs)
    await jobs.stop()
  })
  const parts: Record<string, number> = { all: 0 }
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const { size } = statSync(join(entry.parentPath, entry.name))
    const name = basename(entry.name)
    parts['all']! += size / count
    parts[name] = (parts[name] ?? 0) + size / count
  }
  return parts
}

/** V8 goes on for a while after the last job, collecting garbage on its own: nothing of the supervisor is called meanwhile. */
async function idleSupervisor(home: string): Promise<Measured['idle']> {
  process.env['DAGMAR_SUPERVISOR_IDLE_MS'] = '600000'
  const pid = await withJobs(home, async (jobs) => {
    await (await jobs.dispatch(nothing)).settled()
    return (await jobs.status()).pid
  })
  await wait(45_000)
  const seconds = 30
  const before = cpuTicks(pid)
  await wait(seconds * 1_000)
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return { megabytes: Math.round(kilobytes / 1_024), cpuMs: (cpuTicks(pid) - before) * 10, seconds }
}

/** Hundredths of a second that the process has had. */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}
