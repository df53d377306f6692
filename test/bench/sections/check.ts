import { entryOf, type ContenderName } from '../contenders/registry.ts'
import { type Graph, makeGraph } from '../graphs.ts'
import type { Contender } from '../workload.ts'

export interface CheckCell {
  readonly contender: ContenderName
  readonly size: number
}

/** Runs each shape once, outside of all timing, and throws unless every body ran once and in dependency order. */
export async function checkContender({ contender, size }: CheckCell): Promise<{ readonly checked: number }> {
  const entry = entryOf(contender)
  const loaded = await entry.load()
  for (const shape of entry.shapes) await checkOrder(loaded, makeGraph(shape, size))
  return { checked: entry.shapes.length }
}

/** Throws unless the contender runs every body once, each after those of the tasks it needs have fulfilled. */
export async function checkOrder(contender: Contender, graph: Graph): Promise<void> {
  const { shape, needs } = graph
  const ended = new Uint8Array(needs.length)
  const wrong: string[] = []
  const started = new Uint8Array(needs.length)
  const body = async (task: number): Promise<void> => {
    if (started[task]!++ > 0) wrong.push(`task ${task} ran twice`)
    for (const need of needs[task]!) if (ended[need] === 0) wrong.push(`task ${task} ran before task ${need}`)
    await Promise.resolve()
    ended[task] = 1
  }
  await contender.prepare({ ...graph, body }).run()
  const missing = ended.indexOf(0)
  if (missing >= 0) wrong.push(`task ${missing} did not run to its end`)
  if (wrong.length > 0)
    throw new Error(`In the ${shape} of ${needs.length}: ${wrong.slice(0, 3).join('; ')}.`)
}
