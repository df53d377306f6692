import { filled } from './placeholders.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'

/** One of the combinations that a matrix stands for: texts by axis. */
export type Combination = Readonly<Record<string, string>>

const mostTasks = 10_000
/** With more axes, ids would be too long. */
const mostAxes = 100
const longestShown = 60

/**
 * The combinations of a matrix: each value of each axis with each of the others, in the order of the file, without
 * those that match an entry of `exclude`; then those of `include`. Undefined for a bad matrix, which is reported.
 */
export function combinationsOf(
  matrix: Readonly<Record<string, unknown>>,
  path: Path,
  reporter: ProblemReporter,
): readonly Combination[] | undefined {
  const { report } = reporter
  const include = listed(matrix, 'include', path, reporter)
  const exclude = listed(matrix, 'exclude', path, reporter)
  const axes = axesOf(matrix, path, reporter)
  const names = axes.size > 0 ? [...axes.keys()] : Object.keys(include[0]?.values ?? {})
  if (names.length > mostAxes) {
    report(path, `has ${names.length} axes, but at most ${mostAxes} are allowed.`)
    return undefined
  }
  const all = [...axes.values()].reduce((product, values) => product * values.length, 1)
  if (all + include.length > mostTasks) {
    report(path, `stands for ${all + include.length} tasks, but at most ${mostTasks} are allowed.`)
    return undefined
  }
  const before = reporter.problemCount()
  refuseTwins(names, path, reporter)
  const known = new Set(names)
  for (const entry of [...include, ...exclude]) refuseUnknownAxes(entry, known, reporter)
  for (const entry of include) {
    const absent = names.find((name) => !Object.hasOwn(entry.values, name))
    if (absent !== undefined) report(entry.path, `has no value for the axis '${absent}'.`)
  }
  if (reporter.problemCount() > before) return undefined

  const products = axes.size === 0 ? [] : productOf(axes)
  const kept = without(exclude, products, reporter)
  const found = [
    ...kept,
    ...include.map(({ values }) => Object.fromEntries(names.map((name) => [name, values[name]!]))),
  ]
  if (found.length === 0) report(path, 'stands for no task at all.')
  const labels = new Set<string>()
  for (const [index, one] of found.entries()) {
    const label = labelOf(one)
    if (labels.has(label)) {
      const at = index < kept.length ? path : include[index - kept.length]!.path
      report(at, `stands for (${label}) twice.`)
    }
    labels.add(label)
  }
  return reporter.problemCount() > before ? undefined : found
}

/** The part of a task's id that names the combination: `20, linux`. */
export function labelOf(combination: Combination): string {
  return Object.values(combination).join(', ')
}

/** `MATRIX_NODE` and the like. */
export function environmentOf(combination: Combination): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(combination).map(([axis, value]) => [variableOf(axis), value]))
}

/** Replaces `${{ matrix.axis }}` by the values of a combination. */
export function substitute(
  text: string,
  combination: Combination | undefined,
  path: Path,
  { report, didYouMean }: ProblemReporter,
): string {
  return filled(text, (name, whole) => {
    const axis = /^matrix\.(\w+)$/.exec(name)?.[1]
    if (axis !== undefined && combination !== undefined && Object.hasOwn(combination, axis)) {
      return combination[axis]
    }
    const written = whole.length > longestShown ? `${whole.slice(0, longestShown)}…` : whole
    if (axis === undefined) {
      report(
        path,
        `has ${written}, but only matrix.<axis> is known there; outputs of dependencies are in DAGMAR_INPUTS.`,
      )
    } else if (combination === undefined) report(path, `has ${written}, but there is no matrix.`)
    else {
      const guess = didYouMean(axis, Object.keys(combination))
      report(path, `has ${written}, but the matrix has no such axis.${guess}`)
    }
    return undefined
  })
}

interface Entry {
  readonly values: Combination
  readonly path: Path
}

function listed(
  matrix: Readonly<Record<string, unknown>>,
  field: 'include' | 'exclude',
  path: Path,
  { places }: ProblemReporter,
): readonly Entry[] {
  const entries = (matrix[field] ?? []) as readonly Readonly<Record<string, unknown>>[]
  return entries.map((entry, index) => ({
    values: Object.fromEntries(Object.keys(entry).map((axis) => [axis, places.textOf(entry, axis)])),
    path: [...path, field, index],
  }))
}

function axesOf(
  matrix: Readonly<Record<string, unknown>>,
  path: Path,
  { places }: ProblemReporter,
): ReadonlyMap<string, readonly string[]> {
  const names = Object.keys(matrix).filter((name) => name !== 'include' && name !== 'exclude')
  return new Map(
    names.map((name) => {
      const values = matrix[name] as readonly unknown[]
      return [name, values.map((_, index) => places.textOf(values, index))]
    }),
  )
}

/** Each value of each axis with each of the others. The last axis varies fastest. */
function productOf(axes: ReadonlyMap<string, readonly string[]>): Combination[] {
  let found: Combination[] = [{}]
  for (const [axis, values] of axes) {
    found = found.flatMap((one) => values.map((value) => ({ ...one, [axis]: value })))
  }
  return found
}

/** The combinations that match no entry of `exclude`. Entries with the same axes are looked up together. */
function without(
  exclude: readonly Entry[],
  products: readonly Combination[],
  { report }: ProblemReporter,
): readonly Combination[] {
  const entries = exclude.map(({ values, path }) => {
    const axes = Object.keys(values).toSorted()
    return { axes, axesText: axes.join(), valuesText: valuesText(values, axes), path }
  })
  const groups = new Map(
    entries.map(({ axes, axesText }) => [
      axesText,
      { axes, excluded: new Set<string>(), met: new Set<string>() },
    ]),
  )
  for (const { axesText, valuesText } of entries) groups.get(axesText)!.excluded.add(valuesText)
  const kept = products.filter((one) => {
    let isExcluded = false
    for (const { axes, excluded, met } of groups.values()) {
      const values = valuesText(one, axes)
      if (!excluded.has(values)) continue
      met.add(values)
      isExcluded = true
    }
    return !isExcluded
  })
  for (const { axesText, valuesText, path } of entries) {
    if (!groups.get(axesText)!.met.has(valuesText)) {
      report(path, 'excludes nothing: no combination agrees with it.')
    }
  }
  return kept
}

function valuesText(values: Combination, axes: readonly string[]): string {
  return JSON.stringify(axes.map((axis) => values[axis]))
}

function refuseUnknownAxes(
  { values, path }: Entry,
  names: ReadonlySet<string>,
  { report, didYouMean }: ProblemReporter,
): void {
  for (const axis of Object.keys(values)) {
    if (names.has(axis)) continue
    report([...path, axis], `is no axis of the matrix.${didYouMean(axis, names)}`, { part: 'key' })
  }
}

/** Axes whose names differ only in upper and lower case would share a variable. */
function refuseTwins(names: readonly string[], path: Path, { report }: ProblemReporter): void {
  const byVariable = new Map<string, string>()
  for (const name of names) {
    const twin = byVariable.get(variableOf(name))
    if (twin !== undefined)
      report([...path, name], `and '${twin}' would both be ${variableOf(name)}.`, { part: 'key' })
    byVariable.set(variableOf(name), name)
  }
}

function variableOf(axis: string): string {
  return `MATRIX_${axis.toUpperCase()}`
}
