import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Plan, SimulatedClock } from '../../src/index.ts'
import { optimise, readStg, simulate } from '../../src/simulation/index.ts'

const usage = `Schedules of the Standard Task Graph Set against the optima that come with it.

npm run bench:stg -- [--effort <n>] [--seed <n>] [--data <folder>] [--json]

The folder has optimal.csv (graph, processors, optimal) and the graphs that it names. It is ../shared/data/stg, seen
from the repository, unless said otherwise.`

const orders = ['fifo', 'critical-path', 'optimised'] as const
type Order = (typeof orders)[number]

interface Instance {
  readonly graph: string
  readonly processors: number
  readonly plan: Plan
  readonly optimalMs: number
}

/** What came of an instance. */
interface Outcome extends Omit<Instance, 'plan'> {
  readonly makespanMs: Readonly<Record<Order, number>>
  readonly lowerBoundMs: number
  readonly isProven: boolean
  readonly evaluations: number
  /** CPU time of the search. */
  readonly searchMs: number
}

const flags = readFlags()
const root = fileURLToPath(new URL('.', import.meta.resolve('dagmar/package.json')))
const folder = resolve(flags.data ?? `${root}../shared/data/stg`)

if (flags.help) console.log(usage)
else if (existsSync(`${folder}/optimal.csv`)) await bench()
else {
  console.error(
    `${folder} has no optimal.csv: the Standard Task Graph Set is not there. Say where: --data <folder>.`,
  )
  process.exitCode = 2
}

/** Ends the process with exit code 2 for what nobody knows. */
function readFlags() {
  try {
    const { values } = parseArgs({
      options: {
        effort: { type: 'string' },
        seed: { type: 'string' },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    for (const name of ['effort', 'seed'] as const) {
      const text = values[name]
      if (text !== undefined && !/^\d+$/.test(text)) {
        throw new Error(`--${name} is '${text}', but it must be an integer of 0 or more.`)
      }
    }
    return values
  } catch (thrown) {
    console.error(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${usage}`)
    process.exit(2)
  }
}

async function bench(): Promise<void> {
  const outcomes: Outcome[] = []
  for (const instance of instances()) outcomes.push(await outcomeOf(instance))
  const groups = new Map<string, Outcome[]>()
  const setOf = ({ graph }: Outcome): string => `${graph.split('/')[0]} tasks`
  for (const nameOf of [(of: Outcome) => `${setOf(of)} on ${of.processors}`, setOf, () => 'all']) {
    for (const outcome of outcomes)
      groups.set(nameOf(outcome), [...(groups.get(nameOf(outcome)) ?? []), outcome])
  }
  const rows = [...groups].map(([name, of]) => rowOf(name, of))
  if (flags.json) {
    console.log(JSON.stringify({ rows, outcomes }))
    return
  }
  console.log(
    'ratio of the makespan to the optimum: mean, worst, and the share of instances without a difference\n',
  )
  const heads = orders.map((order) => order.padEnd(24)).join('')
  console.log(`${' '.repeat(18)}${heads} proven  search ms: median, max`)
  for (const { name, ratios, proven, searchMs } of rows) {
    const cells = orders.map((order) => {
      const { mean, worst, optimal } = ratios[order]
      return `${mean.toFixed(5)} ${worst.toFixed(3)} ${percent(optimal)}`.padEnd(24)
    })
    const times = `${searchMs.median.toFixed(1).padStart(8)} ${searchMs.max.toFixed(1).padStart(6)}`
    console.log(`${name.padEnd(18)}${cells.join('')}${percent(proven)}${times}`)
  }
  console.log('\noptimised orders that take longer than the optimum that is given')
  for (const { graph, processors, makespanMs, lowerBoundMs, optimalMs } of outcomes) {
    if (makespanMs.optimised === optimalMs) continue
    const verdict = lowerBoundMs > optimalMs ? ', so that the optimum that is given cannot be reached' : ''
    console.log(
      `${graph} on ${processors}: ${makespanMs.optimised / 1000} in place of ${optimalMs / 1000}; lower bound ${lowerBoundMs / 1000}${verdict}`,
    )
  }
}

function instances(): readonly Instance[] {
  const plans = new Map<string, Plan>()
  const textOf = (path: string): string => readFileSync(`${folder}/${path}`, 'utf8')
  const [, ...lines] = textOf('optimal.csv').trim().split('\n')
  return lines.map((line) => {
    const [graph = '', processors, optimal] = line.split(',')
    const plan = plans.get(graph) ?? readStg(textOf(graph), { file: graph })
    plans.set(graph, plan)
    return { graph, processors: Number(processors), plan, optimalMs: Number(optimal) * 1_000 }
  })
}

/** All makespans are of the real machines; what the search promises has to be the same. */
async function outcomeOf({ plan, ...instance }: Instance): Promise<Outcome> {
  const { graph, processors: concurrency } = instance
  const effort = flags.effort === undefined ? {} : { effort: Number(flags.effort) }
  const seed = flags.seed === undefined ? {} : { seed: Number(flags.seed) }
  const before = process.cpuUsage()
  const found = optimise(plan, { concurrency, ...effort, ...seed, clock: new SimulatedClock() })
  const { user, system } = process.cpuUsage(before)
  const makespans = [
    await simulate(plan, { concurrency, order: 'fifo' }),
    await simulate(plan, { concurrency, order: 'critical-path' }),
    await simulate(found.plan, { concurrency }),
  ].map(({ makespanMs }) => makespanMs)
  const [fifo = 0, byPath = 0, optimised = 0] = makespans
  if (optimised !== found.makespanMs) {
    throw new Error(
      `${graph} on ${concurrency} takes ${optimised} ms, but the search promised ${found.makespanMs} ms.`,
    )
  }
  return {
    ...instance,
    makespanMs: { fifo, 'critical-path': byPath, optimised },
    lowerBoundMs: found.lowerBoundMs,
    isProven: found.isOptimal,
    evaluations: found.evaluations,
    searchMs: (user + system) / 1_000,
  }
}

function rowOf(name: string, of: readonly Outcome[]) {
  const ratiosOf = (order: Order) => {
    const ratios = of.map(({ makespanMs, optimalMs }) => makespanMs[order] / optimalMs)
    return {
      mean: ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length,
      worst: Math.max(...ratios),
      optimal: shareOf(ratios, (ratio) => ratio === 1),
    }
  }
  const times = of.map(({ searchMs }) => searchMs).sort((a, b) => a - b)
  return {
    name,
    instances: of.length,
    ratios: Object.fromEntries(orders.map((order) => [order, ratiosOf(order)])) as Record<
      Order,
      ReturnType<typeof ratiosOf>
    >,
    proven: shareOf(of, ({ isProven }) => isProven),
    searchMs: { median: times[times.length >> 1]!, max: times.at(-1)! },
  }
}

function shareOf<Item>(items: readonly Item[], is: (item: Item) => boolean): number {
  return items.filter(is).length / items.length
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`.padStart(7)
}
