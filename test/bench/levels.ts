import type { ContenderName } from './contenders/registry.ts'
import { type Shape, shapes } from './graphs.ts'
import type { Level } from './options.ts'
import type { Setting } from './sections/times.ts'

export interface Rounds {
  readonly warmUps: number
  readonly least: number
  readonly most: number
  readonly allowanceMs: number
}

/** What a level measures at one size. */
export interface AtSize {
  readonly size: number
  readonly rounds: Rounds
  /** Contenders that get a process of their own with bare promises, and the shapes they run there. */
  readonly alone: readonly ContenderName[]
  readonly aloneShapes: readonly Shape[]
  /** The shapes that slow ones run, alone and together. */
  readonly slowShapes: readonly Shape[]
  /** How many processes dagmar and p-graph get for each shape, so that no lucky or unlucky one decides. */
  readonly processes: number
  /** By who is together in one process, the shapes they run there. */
  readonly together: Readonly<Partial<Record<Exclude<Setting, 'alone'>, readonly Shape[]>>>
  /** Graph objects are made within the time as well. */
  readonly fromEdges: boolean
}

const peers = ['p-graph', 'p-queue', 'effect', 'async-auto', 'langgraph', 'mastra'] as const
const main = ['promise-all', 'actors', 'dagmar', ...peers] as const
const variants = [
  'dagmar-cap-256',
  'dagmar-1-subscriber',
  'dagmar-10-subscribers',
  'dagmar-interpreted',
  'dagmar-inspect',
] as const

export const levels: Readonly<Record<Level, readonly AtSize[]>> = {
  quick: [
    {
      size: 1_000,
      rounds: { warmUps: 2, least: 5, most: 11, allowanceMs: 500 },
      alone: main,
      aloneShapes: shapes,
      slowShapes: ['chain'],
      processes: 1,
      together: { modes: ['layered'] },
      fromEdges: true,
    },
    {
      size: 10_000,
      rounds: { warmUps: 1, least: 5, most: 7, allowanceMs: 800 },
      alone: ['dagmar'],
      aloneShapes: ['chain', 'wide'],
      slowShapes: [],
      processes: 1,
      together: { peers: ['chain', 'wide', 'layered'], subscribers: ['layered'] },
      fromEdges: true,
    },
    {
      size: 100_000,
      rounds: { warmUps: 0, least: 2, most: 3, allowanceMs: 4_000 },
      alone: ['dagmar'],
      aloneShapes: ['chain', 'wide'],
      slowShapes: [],
      processes: 1,
      together: {},
      fromEdges: false,
    },
  ],
  default: [
    {
      size: 1_000,
      rounds: { warmUps: 2, least: 5, most: 15, allowanceMs: 800 },
      alone: main,
      aloneShapes: shapes,
      slowShapes: ['chain', 'wide'],
      processes: 3,
      together: { peers: shapes, subscribers: shapes, modes: shapes },
      fromEdges: true,
    },
    {
      size: 10_000,
      rounds: { warmUps: 2, least: 5, most: 9, allowanceMs: 2_000 },
      alone: main,
      aloneShapes: shapes,
      slowShapes: [],
      processes: 1,
      together: { peers: shapes, subscribers: ['chain', 'wide', 'layered'], modes: ['wide', 'layered'] },
      fromEdges: true,
    },
    {
      size: 100_000,
      rounds: { warmUps: 1, least: 3, most: 5, allowanceMs: 2_000 },
      alone: ['promise-all', 'actors', 'dagmar', 'dagmar-cap-256', 'p-graph', 'p-queue', 'effect'],
      aloneShapes: ['chain', 'wide', 'layered'],
      slowShapes: [],
      processes: 1,
      together: {},
      fromEdges: false,
    },
  ],
  full: [
    {
      size: 1_000,
      rounds: { warmUps: 2, least: 9, most: 25, allowanceMs: 2_000 },
      alone: [...main, ...variants],
      aloneShapes: shapes,
      slowShapes: shapes,
      processes: 5,
      together: { peers: shapes, subscribers: shapes, modes: shapes },
      fromEdges: true,
    },
    {
      size: 10_000,
      rounds: { warmUps: 2, least: 7, most: 15, allowanceMs: 6_000 },
      alone: [...main, ...variants],
      aloneShapes: shapes,
      slowShapes: [],
      processes: 3,
      together: { peers: shapes, subscribers: shapes, modes: shapes },
      fromEdges: true,
    },
    {
      size: 100_000,
      rounds: { warmUps: 1, least: 5, most: 7, allowanceMs: 10_000 },
      alone: [...main, ...variants],
      aloneShapes: shapes,
      slowShapes: [],
      processes: 1,
      together: { peers: shapes, subscribers: shapes },
      fromEdges: true,
    },
  ],
}
