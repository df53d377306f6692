import type { ContenderName } from '../contenders/registry.ts'
import { figureOf, type Findings, ratioOf } from '../findings.ts'
import { type Shape, shapes } from '../graphs.ts'
import type { From, Setting } from '../sections/times.ts'
import { short, times } from './text-table.ts'

/** One thing that was measured for a goal, and what it was measured on. */
export interface Measured {
  readonly on: string
  readonly value: number
  readonly shown: string
}

export function one(value: number | undefined, unit: string): readonly Measured[] {
  return value === undefined ? [] : [{ on: '', value, shown: `${short(value)} ${unit}` }]
}

export function timesBare(findings: Findings, setting: Setting, on: readonly Shape[]): readonly Measured[] {
  return on.flatMap((shape) => {
    const figure = figureOf(findings, { setting, shape, size: 10_000 }, 'dagmar')
    return figure === undefined ? [] : [ratio(shape, figure.timesBare)]
  })
}

export function ratios(
  findings: Findings,
  {
    setting,
    size,
    from = 'graph',
  }: { readonly setting: Setting; readonly size: number; readonly from?: From },
  dagmar: ContenderName,
  other: ContenderName,
  on: readonly Shape[],
): readonly Measured[] {
  return on.flatMap((shape) => {
    const value = ratioOf(findings, { setting, shape, size }, dagmar, other, from)
    return value === undefined ? [] : [ratio(shape, value)]
  })
}

export function linearity(findings: Findings): readonly Measured[] {
  return shapes.flatMap((shape) => {
    const [many, few] = [100_000, 10_000].map(
      (size) => figureOf(findings, { setting: 'alone', shape, size }, 'dagmar')?.cpuUs,
    )
    return many === undefined || few === undefined ? [] : [ratio(shape, many / few)]
  })
}

export function subscribed(findings: Findings, contender: ContenderName): readonly Measured[] {
  return shapes.flatMap((shape) => {
    const where = { setting: 'subscribers', shape, size: 10_000 } as const
    const [heard, alone] = [contender, 'dagmar' as const].map(
      (name) => figureOf(findings, where, name)?.cpuUs,
    )
    if (heard === undefined || alone === undefined) return []
    return [{ on: shape, value: heard - alone, shown: short(heard - alone) }]
  })
}

export function cold(findings: Findings): readonly Measured[] {
  return shapes.flatMap((shape) => {
    const figure = figureOf(findings, { setting: 'alone', shape, size: 1_000 }, 'dagmar')
    return figure === undefined
      ? []
      : [{ on: shape, value: figure.firstCpuUs, shown: short(figure.firstCpuUs) }]
  })
}

function ratio(on: Shape, value: number): Measured {
  return { on, value, shown: times(value) }
}
