import { type Shape, shapes } from '../graphs.ts'
import { adapterUrl } from '../paths.ts'
import type { Contender } from '../workload.ts'

export interface ContenderEntry {
  readonly label: string
  /** The most tasks it is asked to run. */
  readonly most: number
  readonly shapes: readonly Shape[]
  /** It makes an object of the edge list that can be run again: it is measured with and without that. */
  readonly hasGraph: boolean
  /** Of a peer: its package. */
  readonly package?: string
  /** So quick that a run of few tasks is too short to be timed: it is timed over several. */
  readonly brief?: true
  /** So slow that it gets fewer rounds. */
  readonly slow?: true
  /** Loads nothing but the contender: who measures one alone has nothing else in the process. */
  readonly load: () => Promise<Contender>
}

const plain = { most: 100_000, shapes, hasGraph: false } as const

/** All of them run the bodies at once as they become ready, but where the label has a limit. */
export const contenders = {
  bare: {
    ...plain,
    brief: true,
    label: 'bare promises (Kahn)',
    load: async () => (await import('./bare.ts')).bare,
  },
  'promise-all': {
    ...plain,
    brief: true,
    label: 'Promise.all wiring',
    load: async () => (await import('./promise-all.ts')).promiseAll,
  },
  actors: {
    ...plain,
    label: 'XState actors, nothing else',
    load: async () => (await import('./actors.ts')).actors,
  },
  dagmar: {
    ...plain,
    hasGraph: true,
    label: 'dagmar',
    load: async () => (await import('./dagmar.ts')).dagmar(),
  },
  'dagmar-cap-256': {
    ...plain,
    hasGraph: true,
    label: 'dagmar, concurrency 256',
    load: async () => (await import('./dagmar.ts')).dagmar({ concurrency: 256 }),
  },
  'dagmar-1-subscriber': {
    ...plain,
    label: 'dagmar, 1 subscriber',
    load: async () => (await import('./dagmar.ts')).dagmar({}, 1),
  },
  'dagmar-10-subscribers': {
    ...plain,
    label: 'dagmar, 10 subscribers',
    load: async () => (await import('./dagmar.ts')).dagmar({}, 10),
  },
  'dagmar-interpreted': {
    ...plain,
    label: 'dagmar, interpreted',
    load: async () => (await import('./dagmar.ts')).dagmar({ mode: 'interpreted' }),
  },
  'dagmar-inspect': {
    ...plain,
    label: 'dagmar, with inspect',
    load: async () => (await import('./dagmar.ts')).dagmar({ inspect: () => undefined }),
  },
  'p-graph': peer('p-graph', { label: 'p-graph', hasGraph: true }),
  'p-queue': peer('p-queue', { label: 'p-queue, dependencies by hand' }),
  effect: peer('effect', { label: 'effect' }),
  // Its time grows with the square of the tasks: above a millisecond a task at 10,000.
  'async-auto': peer('async', { adapter: 'async-auto', label: 'async.auto', most: 1_000, hasGraph: true }),
  langgraph: peer('@langchain/langgraph', {
    adapter: 'langgraph',
    label: 'LangGraph.js',
    most: 1_000,
    hasGraph: true,
    slow: true,
  }),
  // It cannot say other graphs.
  mastra: peer('@mastra/core', {
    adapter: 'mastra',
    label: 'Mastra',
    most: 1_000,
    hasGraph: true,
    slow: true,
    shapes: ['chain', 'wide'],
  }),
} as const satisfies Readonly<Record<string, ContenderEntry>>

export type ContenderName = keyof typeof contenders

export const contenderNames = Object.keys(contenders) as readonly ContenderName[]

export function entryOf(name: ContenderName): ContenderEntry {
  return contenders[name]
}

function peer(
  name: string,
  {
    adapter = name,
    ...entry
  }: Partial<ContenderEntry> & { readonly label: string; readonly adapter?: string },
): ContenderEntry {
  return {
    ...plain,
    ...entry,
    package: name,
    load: async () => (await import(adapterUrl(adapter))) as Contender,
  }
}
