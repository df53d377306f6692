import { contenderNames, entryOf } from '../contenders/registry.ts'
import { type Figure, figureOf, type Findings } from '../findings.ts'
import { shapes } from '../graphs.ts'
import type { Setting } from '../sections/times.ts'
import { short, textTable, times } from './text-table.ts'

const titles: Readonly<Record<Setting, string>> = {
  alone: 'one process a contender, with bare promises',
  peers: 'dagmar and its peers in one process',
  subscribers: 'dagmar without and with subscribers of `events$`, in one process',
  modes: 'dagmar in its modes, in one process',
}

export const timesNotes = `What a task costs: its body is \`async () => {}\`. CPU µs a task (all threads of the process, so with the garbage
collector and the compiler) · wall µs · CPU time over that of bare promises in the same process. Medians; garbage is
collected before each run. Two rows for those that make a graph object which can be run again: "run" has the object
there already (dagmar's \`plan()\`, \`new PGraph\`, a compiled LangGraph), "edge list" has it made as well. The others,
bare promises among them, make what they need as they run. Compare like with like: run with run, edge list with
edge list.`

/** A table for each size and setting that was measured. */
export function timesTables(findings: Findings): string[] {
  const sizes = [...new Set(findings.times.map(({ cell }) => cell.size))].sort((a, b) => a - b)
  return sizes.flatMap((size) =>
    (['alone', 'peers', 'subscribers', 'modes'] as const).flatMap((setting) => {
      const rows = rowsOf(findings, size, setting)
      if (rows.length === 0) return []
      const title = `${size.toLocaleString('en')} tasks, ${titles[setting]}`
      return [`${title}\n\n${textTable([setting === 'alone' ? 'alone' : 'together', ...shapes], rows)}`]
    }),
  )
}

function rowsOf(findings: Findings, size: number, setting: Setting): string[][] {
  return contenderNames.flatMap((contender) =>
    (['graph', 'edges'] as const).flatMap((from) => {
      const figures = shapes.map((shape) => figureOf(findings, { setting, shape, size }, contender, from))
      if (figures.every((figure) => figure === undefined)) return []
      const { label, hasGraph } = entryOf(contender)
      const what = hasGraph ? `${label}: ${from === 'graph' ? 'run' : 'edge list'}` : label
      return [[what, ...figures.map(cellOf)]]
    }),
  )
}

function cellOf(figure: Figure | undefined): string {
  if (figure === undefined) return ''
  return `${short(figure.cpuUs)} · ${short(figure.wallUs)} · ${times(figure.timesBare)}`
}
