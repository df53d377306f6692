import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Order, Plan } from '../../graph/plan.ts'
import { optimise } from '../../simulation/optimise-plan.ts'
import type { SimulationOptions } from '../../simulation/options.ts'
import { simulate, type Simulation } from '../../simulation/simulate.ts'
import { sweep } from '../../simulation/sweep.ts'
import { shownJson } from '../../text/shown-json.ts'
import { wantsAscii } from '../graph.ts'
import { readConcurrency } from '../read-concurrency.ts'
import { painter } from '../screen/colours.ts'
import { asciiOf } from './ascii.ts'
import { readAnyPlan } from './read-any-plan.ts'
import { readDurations, readNumberFlag, readRange } from './read-flags.ts'
import { summaryLines } from './summary.ts'
import { sweepLines } from './sweep-lines.ts'
import { timelineLines } from './timeline.ts'

/** The options of `dagmar simulate` as commander gives them. */
export interface SimulateFlags {
  readonly concurrency?: string
  readonly order?: Order
  readonly effort?: string
  readonly seed?: string
  readonly failRate?: string
  readonly duration?: string
  readonly sweep?: string
  readonly rows?: 'tasks' | 'slots'
  readonly width?: string
  readonly json?: boolean
}

/** Where the text will be read. */
export interface Surroundings {
  /** Undefined or 0 where it is no terminal. */
  readonly columns: number | undefined
  readonly rows: number | undefined
  readonly hasColours: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How many rows a timeline has outside a terminal, and the fewest that it has in a low one. */
const plainRows = 50
const leastRows = 5
/** The rows for the axis, the legend, the note on what is left out, and the prompt that follows. */
const otherRows = 4

/** Resolves with the text to print. Rejects with `DagmarError` for a bad file or flag. */
export async function simulateCommand(
  path: string,
  flags: SimulateFlags,
  surroundings: Surroundings,
): Promise<string> {
  for (const flag of ['concurrency', 'rows'] as const) {
    if (flags.sweep !== undefined && flags[flag] !== undefined) {
      throw misuse(`--sweep and --${flag} exclude each other.`)
    }
  }
  const range = flags.sweep === undefined ? undefined : readRange(flags.sweep)
  const given = readOptions(flags)
  const width = readWidth(flags.width) ?? (surroundings.columns || 100)
  const { plan, agents } = await readAnyPlan(path)
  const options = agents.length === 0 ? given : { ...given, agents: agents.map((agent) => agent.options) }
  if (flags.effort !== undefined && (flags.order ?? plan.order) !== 'optimised') {
    throw misuse('--effort is for the order optimised: give --order optimised as well.')
  }
  const look = { width, paint: painter(surroundings.hasColours) }
  const lines: string[] = []
  if (range === undefined) {
    const found = optimised(plan, options)
    const { order: _order, optimise: _search, ...rest } = options
    const simulation = await (found === undefined ? simulate(plan, options) : simulate(found.plan, rest))
    if (flags.json === true) {
      const { plan: _plan, ...numbers } = found ?? {}
      return jsonOf(found === undefined ? simulation : { ...simulation, optimised: numbers })
    }
    const summary = summaryLines(simulation, { ...look, plan, options, found })
    const { rows } = surroundings
    const most = rows === undefined ? plainRows : Math.max(leastRows, rows - otherRows - summary.length)
    lines.push(...timelineLines(simulation, { ...look, most, by: flags.rows }), ...summary)
  } else {
    const swept = await sweep(plan, { ...options, concurrency: range })
    if (flags.json === true) {
      const { order = plan.order, seed = 1 } = options
      return jsonOf({ name: plan.name, order, seed, ...swept })
    }
    lines.push(...sweepLines(swept, { ...look, plan, options }))
  }
  const text = lines.map((line) => `${line.trimEnd()}\n`).join('')
  return wantsAscii(surroundings.env) ? asciiOf(text) : text
}

/** Searches here rather than in the simulation, so that more than the makespan can be printed. */
function optimised(plan: Plan, { order, optimise: search, concurrency }: SimulationOptions) {
  if ((order ?? plan.order) !== 'optimised') return undefined
  return optimise(plan, { ...search, ...(concurrency === undefined ? {} : { concurrency }) })
}

function readOptions(flags: SimulateFlags): SimulationOptions {
  const { concurrency, order, failRate, duration } = flags
  const seed = readWhole('--seed', flags.seed)
  const effort = readWhole('--effort', flags.effort)
  const chance = seed === undefined ? {} : { seed }
  return {
    ...(concurrency === undefined ? {} : { concurrency: readConcurrency(concurrency) }),
    ...(order === undefined ? {} : { order }),
    ...chance,
    optimise: { ...chance, ...(effort === undefined ? {} : { effort }) },
    ...(failRate === undefined
      ? {}
      : { failureRate: readNumberFlag('--fail-rate', failRate, 'a number from 0 to 1', isShare) }),
    ...(duration === undefined ? {} : { durations: readDurations(duration) }),
  }
}

function misuse(message: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message })
}

function readWhole(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : readNumberFlag(flag, text, 'an integer of 0 or more', isWhole)
}

function readWidth(width: string | undefined): number | undefined {
  if (width === undefined) return undefined
  return readNumberFlag(
    '--width',
    width,
    'an integer of 40 or more',
    (columns) => Number.isSafeInteger(columns) && columns >= 40,
  )
}

const isWhole = (number: number): boolean => Number.isSafeInteger(number) && number >= 0
const isShare = (number: number): boolean => number >= 0 && number <= 1

/** One object on one line; an unlimited concurrency is null. */
function jsonOf(value: Simulation | object): string {
  return `${shownJson(JSON.stringify(value))}\n`
}
