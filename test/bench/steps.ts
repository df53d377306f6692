import { type ContenderName, entryOf } from './contenders/registry.ts'
import type { Findings } from './findings.ts'
import type { Level, Options, Section } from './options.ts'
import { measureApart } from './own-process.ts'
import { timesCells } from './schedule.ts'
import { measureSize } from './sections/import.ts'

/** One thing to measure. It puts what it finds into the findings. */
export interface Step {
  readonly what: string
  /** Whose failure it is if it fails: nothing more is asked of that one. */
  readonly contender?: ContenderName
  readonly take: () => Promise<unknown>
}

/** All that the options ask for, of the contenders that are there. The checks of their correctness come first. */
export function stepsOf(
  options: Options,
  there: readonly ContenderName[],
  findings: Findings,
): readonly Step[] {
  const bySection: Readonly<Record<Section, () => Step[]>> = {
    times: () => timesSteps(options, there, findings),
    latency: () => latencySteps(options, there, findings),
    heap: () => heapSteps(options, there, findings),
    growth: () => [
      step('20 runs in a row', async () => {
        findings.growth.push(await measureApart('growth', { size: 2_000, runs: 20 }))
      }),
    ],
    kill: () =>
      (options.level === 'quick' ? [2_000, 20_000] : [10_000, 100_000]).map((size) =>
        step(`kill of ${size}`, async () => {
          findings.kill.push(await measureApart('kill', { size, rounds: options.level === 'quick' ? 1 : 3 }))
        }),
      ),
    dispatch: () =>
      [1_000, 10_000].map((size) =>
        step(`dispatch of ${size}`, async () => {
          const rounds = options.level === 'quick' ? 5 : 15
          findings.dispatch.push(await measureApart('dispatch', { size, rounds }))
        }),
      ),
    runs: () => [
      step('many runs at once', async () => {
        const rounds = options.level === 'quick' ? 1 : 3
        findings.runs.push(...(await measureApart('runs', { counts: [100, 1_000, 10_000], rounds })))
      }),
    ],
    agents: () => [
      step('agents', async () => {
        const rounds = options.level === 'quick' ? 3 : 7
        findings.agents.push(await measureApart('agents', { agents: 1_000, tasks: 10_000, rounds }))
      }),
    ],
    import: () => importSteps(options.level, findings),
    'before-after': () => [
      step('a polling dispatcher', async () => {
        findings.beforeAfter.push(
          await measureApart('before-after', {
            everyMs: 50,
            rounds: 5,
            waits: options.level === 'quick' ? 1 : 3,
          }),
        )
      }),
    ],
  }
  const checks = options.sections.some((section) => withContenders.includes(section)) ? checkSteps(there) : []
  return [...checks, ...options.sections.flatMap((section) => bySection[section]())]
}

/** The sections in which contenders are compared. */
const withContenders: readonly Section[] = ['times', 'latency', 'heap']

function step(what: string, take: () => Promise<unknown>): Step {
  return { what, take }
}

function checkSteps(there: readonly ContenderName[]): Step[] {
  return there.map((contender) => ({
    what: `${entryOf(contender).label}: runs all, in order`,
    contender,
    take: () => measureApart('check', { contender, size: 100 }),
  }))
}

function timesSteps({ level, named }: Options, there: readonly ContenderName[], findings: Findings): Step[] {
  return timesCells(level, there, named).map((cell) => {
    const alone = cell.setting === 'alone' ? cell.participants.at(-1)?.contender : undefined
    const who = alone === undefined ? `${cell.setting} together` : entryOf(alone).label
    return {
      what: `${cell.size} ${cell.shape}: ${who}`,
      ...(alone === undefined ? {} : { contender: alone }),
      take: async () => {
        findings.times.push({ cell, timings: await measureApart('times', cell) })
      },
    }
  })
}

function latencySteps({ level }: Options, there: readonly ContenderName[], findings: Findings): Step[] {
  return compared(level, there).map((contender) => ({
    what: `hand-over: ${entryOf(contender).label}`,
    contender,
    take: async () => {
      const slow = entryOf(contender).slow === true
      const rounds = level === 'full' ? 20 : slow ? 2 : 5
      findings.latency.push(await measureApart('latency', { contender, size: slow ? 300 : 2_000, rounds }))
    },
  }))
}

function heapSteps({ level }: Options, there: readonly ContenderName[], findings: Findings): Step[] {
  return compared(level, there).map((contender) => ({
    what: `heap: ${entryOf(contender).label}`,
    contender,
    take: async () => {
      const { slow = false, most } = entryOf(contender)
      const size = slow ? 300 : Math.min(10_000, most)
      findings.heap.push(await measureApart('heap', { contender, size, rounds: level === 'quick' ? 2 : 5 }))
    },
  }))
}

/** Who is compared beside the times: what subscribers, limits and `inspect` cost is told by those. */
function compared(level: Level, there: readonly ContenderName[]): readonly ContenderName[] {
  const names: readonly ContenderName[] = ['bare', 'promise-all', 'dagmar', 'p-graph', 'p-queue', 'effect']
  const also: readonly ContenderName[] = ['dagmar-interpreted', 'async-auto', 'langgraph', 'mastra']
  return there.filter((name) => names.includes(name) || (level !== 'quick' && also.includes(name)))
}

function importSteps(level: Level, findings: Findings): Step[] {
  return [
    step('import', async () => {
      findings.import.push(await measureApart('import', { rounds: level === 'quick' ? 5 : 15 }))
    }),
    step('size', async () => {
      findings.sizes.push(...(await measureSize()))
    }),
  ]
}
