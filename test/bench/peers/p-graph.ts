import { PGraph } from 'p-graph'
import type { Prepared, Workload } from '../workload.ts'

export function prepare({ needs, body }: Workload): Prepared {
  const nodes = new Map(needs.map((_, task) => [`t${task}`, { run: () => body(task) }]))
  const edges = needs.flatMap((from, task) => from.map((need): [string, string] => [`t${need}`, `t${task}`]))
  const graph = new PGraph(nodes, edges)
  return { run: () => graph.run() }
}
