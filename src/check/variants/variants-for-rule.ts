import type { Plan, PlannedTask } from '../../graph/plan.ts'
import { sampled } from './sampled.ts'
import { type Variant, variantOf } from './variant.ts'

/** With up to this many dependencies, every combination of failures is tried. */
const mostExhaustive = 8
const mostVariants = 150

/** Variants that may get the rule of a task met: its dependencies fail in many combinations, the smaller ones first. */
export function variantsForRule(plan: Plan, task: PlannedTask, next: () => number): readonly Variant[] {
  const before = new Set<number>(task.needs)
  for (const index of before) for (const need of plan.tasks[index]!.needs) before.add(need)
  const all = [...before]
  const failing = (indices: readonly number[]): Variant =>
    variantOf(...indices.map((index) => ({ taskId: plan.tasks[index]!.id, kind: 'fails' as const })))
  if (all.length <= mostExhaustive) {
    return subsets(all)
      .toSorted((a, b) => a.length - b.length)
      .map(failing)
  }
  const pairs = all.flatMap((one, place) => all.slice(place + 1).map((other) => [one, other]))
  const roots = all.filter((index) => plan.tasks[index]!.needs.length === 0)
  const halves = Array.from({ length: mostVariants / 3 }, () => all.filter(() => next() < 0.5))
  return [
    [...task.needs],
    ...task.needs.map((need) => [need]),
    ...sampled(all, mostVariants / 3, next).map((index) => [index]),
    roots,
    all,
    ...sampled(pairs, mostVariants / 3, next),
    ...halves,
  ]
    .slice(0, mostVariants)
    .map(failing)
}

function subsets(all: readonly number[]): readonly (readonly number[])[] {
  return all.reduce<readonly (readonly number[])[]>(
    (sets, index) => [...sets, ...sets.map((set) => [...set, index])],
    [[]],
  )
}
