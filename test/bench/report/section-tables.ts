import { type ContenderName, entryOf } from '../contenders/registry.ts'
import type { Findings } from '../findings.ts'
import { median } from '../statistics.ts'
import { short, textTable, times } from './text-table.ts'

const label = (contender: ContenderName) => entryOf(contender).label
const count = (size: number) => size.toLocaleString('en')

/** The tables of all sections but the times; of those that were not measured, none. */
export function sectionTables(findings: Findings): string[] {
  return [latency, heap, growth, kill, dispatch, runs, agents, importing, beforeAfter].flatMap((section) =>
    section(findings),
  )
}

function latency({ latency: rows }: Findings): string[] {
  if (rows.length === 0) return []
  const body = rows.map(({ contender, size, p50, p99 }) => [
    label(contender),
    count(size),
    short(p50),
    short(p99),
  ])
  return [
    `Hand-over in a chain: µs from the last line of a body to the first of its dependent's\n\n${textTable(['', 'tasks', 'p50', 'p99'], body)}`,
  ]
}

function heap({ heap: rows }: Findings): string[] {
  if (rows.length === 0) return []
  const body = rows.map(({ contender, size, graph, live, held, dropped }) => [
    label(contender),
    count(size),
    ...[graph, live, held, dropped].map((bytes) => String(Math.round(bytes))),
  ])
  const head = ['', 'tasks', 'graph object', 'live', 'settled, held', 'settled, dropped']
  return [
    `Heap: bytes a task, wide. Live: all bodies pending. Held: the handle, or what \`run\` gave, is still held\n\n${textTable(head, body)}`,
  ]
}

function growth({ growth: found }: Findings): string[] {
  return found.map(({ size, after, perTask }) => {
    const shown = [0, 4, 9, 14, 19].filter((run) => run < after.length)
    const row = shown.map((run) => `${count(Math.round(after[run]! / 1_000))} kB`)
    return `Runs in a row: heap after the nth of ${count(size)} tasks, layered; ${perTask.toFixed(2)} bytes are left behind by each task of a run\n\n${textTable(['run', ...shown.map((run) => String(run + 1))], [['in use', ...row]])}`
  })
}

function kill({ kill: rows }: Findings): string[] {
  if (rows.length === 0) return []
  const body = rows.map(({ size, dagmar, bare }) => {
    const cpu = [dagmar, bare].map((took) => short(median(took.map(({ cpuUs }) => cpuUs))))
    const wall = median(dagmar.map(({ wallUs }) => wallUs))
    return [count(size), ...cpu, short(wall), short((wall * size) / 1_000)]
  })
  const head = ['tasks', 'CPU µs a task', 'of which signals alone', 'wall µs a task', 'whole, ms']
  return [
    `Kill of a run whose tasks are all live, their handlers listening to their signals\n\n${textTable(head, body)}`,
  ]
}

function dispatch({ dispatch: rows }: Findings): string[] {
  if (rows.length === 0) return []
  const body = rows.map(({ size, planUs, dispatchUs, firstBodyUs }) => [
    count(size),
    short(planUs),
    short(dispatchUs),
    short(firstBodyUs),
  ])
  return [
    `Dispatch of a layered dag: µs of each call, wall\n\n${textTable(['tasks', 'plan()', 'dispatch(plan)', 'until the first body'], body)}`,
  ]
}

function runs({ runs: rows }: Findings): string[] {
  if (rows.length === 0) return []
  const body = rows.map(({ runs: many, cpuUs }) => [count(many), short(median(cpuUs))])
  return [
    `Many runs at once in one runtime: three tasks each, eight slots for all\n\n${textTable(['runs', 'CPU µs a task'], body)}`,
  ]
}

function agents({ agents: rows }: Findings): string[] {
  return rows.map(({ agents: many, tasks, without, withRoom, oneEach }) => {
    const row = (what: string, cpuUs: readonly number[]) => [what, short(median(cpuUs))]
    const body = [
      row('nothing asks for an agent', without),
      row('there is always one with room', withRoom),
      row('each takes one at a time', oneEach),
    ]
    return `${count(tasks)} tasks that are ready at once, and ${count(many)} agents\n\n${textTable(['', 'CPU µs a task'], body)}`
  })
}

function importing({ import: found, sizes }: Findings): string[] {
  const sizeRows = sizes.map(({ name, size }) => [name, `${(size / 1_000).toFixed(1)} kB`])
  return [
    ...found.flatMap(({ dagmar, foundations, help }) => {
      const row = (name: string, cpuMs: number, wallMs: number) => [name, short(cpuMs), short(wallMs)]
      const body = [
        row("import 'dagmar'", dagmar.cpuMs, dagmar.wallMs),
        row('of which xstate and rxjs', foundations.cpuMs, foundations.wallMs),
        row('dagmar itself', dagmar.cpuMs - foundations.cpuMs, dagmar.wallMs - foundations.wallMs),
      ]
      return [
        `Import in a fresh process: ms beyond an empty one\n\n${textTable(['', 'CPU', 'wall'], body)}`,
        `dagmar --help: ${short(help.wallMs)} ms, ${times(help.wallMs / help.emptyMs)} an empty Node process`,
      ]
    }),
    ...(sizes.length === 0 ? [] : [`Size, minified and compressed\n\n${textTable(['', 'size'], sizeRows)}`]),
  ]
}

function beforeAfter({ beforeAfter: found }: Findings): string[] {
  return found.map(({ everyMs, polling, dagmar }) => {
    const row = (what: string, part: keyof typeof dagmar) => [what, short(polling[part]), short(dagmar[part])]
    const body = [
      row('from a task’s end to its dependent, p50', 'handOverP50'),
      row('the same, at most', 'handOverMost'),
      row('10 tasks in 4 levels, nothing to do', 'tenTasks'),
      row('50 tasks in 5 levels, nothing to do', 'fiftyTasks'),
      row('CPU while one task takes 2 s', 'waitingCpu'),
    ]
    return `Before and after: ms\n\n${textTable(['', `polling every ${everyMs} ms`, 'dagmar'], body)}`
  })
}
