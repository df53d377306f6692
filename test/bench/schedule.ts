import { type ContenderName, entryOf } from './contenders/registry.ts'
import type { Shape } from './graphs.ts'
import { type AtSize, levels } from './levels.ts'
import type { Level } from './options.ts'
import type { Participant, Setting, TimesCell } from './sections/times.ts'

/** Who is measured together, round by round in one process. Bare promises are always with them. */
const settings: Readonly<Record<Exclude<Setting, 'alone'>, readonly ContenderName[]>> = {
  peers: [
    'promise-all',
    'actors',
    'dagmar',
    'p-graph',
    'p-queue',
    'effect',
    'async-auto',
    'langgraph',
    'mastra',
  ],
  subscribers: ['dagmar', 'dagmar-1-subscriber', 'dagmar-10-subscribers'],
  modes: ['dagmar', 'dagmar-cap-256', 'dagmar-interpreted', 'dagmar-inspect'],
}

/**
 * Every cell of the times that the level asks for, of the contenders that are there. With `named`, they were asked for
 * by name: each is measured alone at every size, with no regard to what the level leaves out.
 */
export function timesCells(
  level: Level,
  there: readonly ContenderName[],
  named: boolean,
): readonly TimesCell[] {
  return levels[level].flatMap((at) => [
    ...cellsAlone(named ? { ...at, alone: there } : at, there),
    ...(named ? [] : cellsTogether(at, there)),
  ])
}

function cellsAlone(at: AtSize, there: readonly ContenderName[]): TimesCell[] {
  const { size, rounds, alone } = at
  const names = there.filter((name) => name !== 'bare' && alone.includes(name))
  return names.flatMap((name) => {
    const slow = entryOf(name).slow === true
    const manyProcesses = name === 'dagmar' || name === 'p-graph'
    return (slow ? at.slowShapes : at.aloneShapes)
      .filter((shape) => canRun(name, shape, size))
      .flatMap((shape): TimesCell[] => {
        const participants = participantsOf([name], at)
        const cell: TimesCell = { setting: 'alone', shape, size, participants, ...rounds }
        return Array.from({ length: manyProcesses ? at.processes : 1 }, () =>
          slow ? { ...cell, warmUps: 1, least: rounds.most > 11 ? 5 : 2 } : cell,
        )
      })
  })
}

function cellsTogether(at: AtSize, there: readonly ContenderName[]): TimesCell[] {
  const { size, rounds } = at
  return (['peers', 'subscribers', 'modes'] as const).flatMap((setting) =>
    (at.together[setting] ?? []).flatMap((shape) => {
      const names = settings[setting].filter(
        (name) =>
          there.includes(name) &&
          canRun(name, shape, size) &&
          (entryOf(name).slow !== true || at.slowShapes.includes(shape)),
      )
      if (!names.includes('dagmar') || names.length < 2) return []
      const participants = participantsOf(names, setting === 'peers' ? at : { ...at, fromEdges: false })
      // A round of several takes as much longer.
      const allowanceMs = rounds.allowanceMs * Math.min(3, names.length)
      return [{ setting, shape, size, participants, ...rounds, allowanceMs }]
    }),
  )
}

function canRun(name: ContenderName, shape: Shape, size: number): boolean {
  const entry = entryOf(name)
  return size <= entry.most && entry.shapes.includes(shape)
}

/** Bare promises, then the others; from the edge list as well where that makes a difference that is worth its time. */
function participantsOf(names: readonly ContenderName[], { fromEdges }: AtSize): Participant[] {
  return [
    { contender: 'bare', from: 'graph' },
    ...names.flatMap((contender): Participant[] => {
      const { hasGraph, slow } = entryOf(contender)
      const run: Participant = { contender, from: 'graph' }
      return fromEdges && hasGraph && slow !== true ? [run, { contender, from: 'edges' }] : [run]
    }),
  ]
}
