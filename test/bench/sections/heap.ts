import { entryOf, type ContenderName } from '../contenders/registry.ts'
import { makeGraph } from '../graphs.ts'
import { median } from '../statistics.ts'
import type { Contender, Prepared } from '../workload.ts'
import { heapInUse } from './stopwatch.ts'

export interface HeapCell {
  readonly contender: ContenderName
  readonly size: number
  readonly rounds: number
}

/** Bytes a task, in a wide graph. */
export interface Heap {
  readonly contender: ContenderName
  readonly size: number
  /** Of the graph object: dagmar's plan, for example. */
  readonly graph: number
  /** While all bodies are pending, beyond the graph object. */
  readonly live: number
  /** After the end, while what the run gave is held: dagmar's handle, the promise of the others. */
  readonly held: number
  /** After that is dropped. The graph object, and dagmar's runtime, are held still. */
  readonly dropped: number
}

/** The first round is not counted: what it leaves behind is made once. */
export async function measureHeap({ contender, size, rounds }: HeapCell): Promise<Heap> {
  const loaded = await entryOf(contender).load()
  const found: Omit<Heap, 'contender' | 'size'>[] = []
  for (let round = 0; round <= rounds; round++) found.push(await heapOfRun(loaded, size))
  const counted = found.slice(1)
  const of = (part: 'graph' | 'live' | 'held' | 'dropped') => median(counted.map((heap) => heap[part])) / size
  return { contender, size, graph: of('graph'), live: of('live'), held: of('held'), dropped: of('dropped') }
}

async function heapOfRun(contender: Contender, size: number): Promise<Omit<Heap, 'contender' | 'size'>> {
  const gate = latch()
  const allLive = latch()
  let started = 0
  const body = (): Promise<void> => {
    if (++started === size) allLive.open()
    return gate.opened
  }
  const graph = makeGraph('wide', size)
  const before = await heapInUse()
  const prepared = contender.prepare({ ...graph, body })
  const withGraph = await heapInUse()
  // In an object, so that dropping it leaves no copy in a local variable of this function.
  const holder: { run: ReturnType<typeof beginRun> | undefined } = { run: beginRun(prepared) }
  await allLive.opened
  const live = await heapInUse()
  gate.open()
  await holder.run?.ended
  const held = await heapInUse()
  holder.run = undefined
  const dropped = await heapInUse()
  // The graph object is looked at once more, so that it was not collected before the last look.
  if (prepared.run === undefined) throw new Error('There is nothing to run.')
  return {
    graph: withGraph - before,
    live: live - withGraph,
    held: held - withGraph,
    dropped: dropped - withGraph,
  }
}

function beginRun(prepared: Prepared): { readonly handle: object; readonly ended: Promise<unknown> } {
  if (prepared.begin !== undefined) return prepared.begin()
  const ended = prepared.run()
  return { handle: ended, ended }
}

function latch(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
