import { didYouMean } from '../graph/read-values.ts'
import type { Path } from './places.ts'
import type { Reading } from './reading.ts'

/** One of the combinations that a matrix stands for: texts by axis. */
export type Combination = Readonly<Record<string, string>>

const mostTasks = 10_000

/**
 * The combinations of a matrix: each value of each axis with each of the others, in the order of the file, without
 * those that match an entry of `exclude`; then those of `include`. Undefined for a bad matrix, which is reported.
 */
export function combinationsOf(
  matrix: Readonly<Record<string, unknown>>,
  path: Path,
  reading: Reading,
): readonly Combination[] | undefined {
  const { report } = reading
  const include = listed(matrix, 'include', path, reading)
  const exclude = listed(matrix, 'exclude', path, reading)
  const axes = axesOf(matrix, path, reading)
  const names = axes.size > 0 ? [...axes.keys()] : Object.keys(include[0]?.values ?? {})
  const all = [...axes.values()].reduce((product, values) => product * values.length, 1)
  if (all + include.length > mostTasks) {
    report(path, `stands for ${all + include.length} tasks, but at most ${mostTasks} are allowed.`)
    return undefined
  }
  const before = reading.problemCount()
  refuseTwins(names, path, reading)
  for (const entry of [...include, ...exclude]) refuseUnknownAxes(entry, names, reading)
  for (const entry of include) {
    const absent = names.find((name) => !Object.hasOwn(entry.values, name))
    if (absent !== undefined) report(entry.path, `has no value for the axis '${absent}'.`)
  }
  if (reading.problemCount() > before) return undefined

  const products = axes.size === 0 ? [] : productOf(axes)
  const kept = products.filter((one) => !exclude.some(({ values }) => agrees(one, values)))
  for (const entry of exclude) {
    if (!products.some((one) => agrees(one, entry.values)))
      report(entry.path, 'excludes nothing: no combination agrees with it.')
  }
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
  return reading.problemCount() > before ? undefined : found
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
  { report }: Reading,
): string {
  for (const [whole, name] of text.matchAll(/\$\{\{\s*([^}]*?)\s*\}\}/g)) {
    if (!/^matrix\.\w+$/.test(name!)) {
      report(
        path,
        `has ${whole}, but only matrix.<axis> is known there; outputs of dependencies are in DAGMAR_INPUTS.`,
      )
    }
  }
  return text.replaceAll(/\$\{\{\s*matrix\.(\w+)\s*\}\}/g, (whole, axis: string) => {
    if (combination === undefined) report(path, `has ${whole}, but there is no matrix.`)
    else if (Object.hasOwn(combination, axis)) return combination[axis]!
    else
      report(
        path,
        `has ${whole}, but the matrix has no such axis.${didYouMean(axis, Object.keys(combination))}`,
      )
    return whole
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
  { places }: Reading,
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
  { places }: Reading,
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

function agrees(one: Combination, values: Combination): boolean {
  return Object.entries(values).every(([axis, value]) => one[axis] === value)
}

function refuseUnknownAxes({ values, path }: Entry, names: readonly string[], { report }: Reading): void {
  for (const axis of Object.keys(values)) {
    if (names.includes(axis)) continue
    report([...path, axis], `is no axis of the matrix.${didYouMean(axis, names)}`, { part: 'key' })
  }
}

/** Axes whose names differ only in upper and lower case would share a variable. */
function refuseTwins(names: readonly string[], path: Path, { report }: Reading): void {
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
