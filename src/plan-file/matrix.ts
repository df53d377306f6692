import { type Entry, mostAdded, type Values, withIncluded, without } from './matrix-entries.ts'
import { filled } from '../text/placeholders.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'
import { complaintAboutTemplate, shortened, type TemplateScope } from './templates.ts'

/** One of the combinations that a matrix stands for. */
export interface Combination {
  /** The part of a task's id that names it: `20, linux`. */
  readonly label: string
  /** Texts by axis, and by what `include` adds. Empty where it has none. */
  readonly values: Values
}

const mostTasks = 10_000
/** With more axes, ids would be too long. */
const mostAxes = 100

/**
 * The combinations of a matrix: each value of each axis with each of the others, in the order of the file, without
 * those that match an entry of `exclude`. An entry of `include` adds its values to all of these whose axes it agrees
 * with; where there is none, it is a combination of its own. Undefined for a bad matrix, which is reported.
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
  const names = [...new Set([...axes.keys(), ...include.flatMap(({ values }) => Object.keys(values))])]
  if (names.length > mostAxes) {
    report(path, `has ${names.length} axes, but at most ${mostAxes} are allowed.`)
    return undefined
  }
  const all = [...axes.values()].reduce((product, values) => product * values.length, 1)
  if (all > mostTasks) {
    report(path, `stands for ${all} tasks, but at most ${mostTasks} are allowed.`)
    return undefined
  }
  const before = reporter.problemCount()
  refuseTwins(names, path, reporter)
  for (const entry of exclude) refuseUnknownAxes(entry, new Set(axes.keys()), reporter)
  if (reporter.problemCount() > before) return undefined

  const kept = without(exclude, axes.size === 0 ? [] : productOf(axes), reporter)
  const included = withIncluded(include, kept, new Set(axes.keys()))
  if (included === undefined) {
    report([...path, 'include'], `adds more than ${mostAdded} values.`)
    return undefined
  }
  const combinations = [
    // What is added to a combination does not change what it is called.
    ...included.extended.map((values) => ({ label: labelOf(values, [...axes.keys()]), values, at: path })),
    ...included.own.map(({ values, path: at }) => ({ label: labelOf(values, names), values, at })),
  ]
  if (combinations.length === 0) report(path, 'stands for no task at all.')
  if (combinations.length > mostTasks) {
    report(path, `stands for ${combinations.length} tasks, but at most ${mostTasks} are allowed.`)
    return undefined
  }
  const labels = new Set<string>()
  for (const { label, at } of combinations) {
    if (labels.has(label)) report(at, `stands for (${label}) twice.`)
    labels.add(label)
  }
  const whole = (values: Values): Values =>
    Object.fromEntries(names.map((name) => [name, Object.hasOwn(values, name) ? values[name]! : '']))
  return reporter.problemCount() > before
    ? undefined
    : combinations.map(({ label, values }) => ({ label, values: whole(values) }))
}

function labelOf(values: Values, names: readonly string[]): string {
  return names.flatMap((name) => (Object.hasOwn(values, name) ? values[name]! : [])).join(', ')
}

/** `MATRIX_NODE_VERSION` and the like. */
export function environmentOf({ values }: Combination): Values {
  return Object.fromEntries(Object.entries(values).map(([axis, value]) => [variableOf(axis), value]))
}

/**
 * Replaces `${{ matrix.axis }}` by the values of a combination. What is filled in when an attempt starts stays, where
 * there is a scope for it; anything else is reported.
 */
export function substitute(
  text: string,
  combination: Combination | undefined,
  path: Path,
  { report, didYouMean }: ProblemReporter,
  scope?: TemplateScope,
): string {
  return filled(text, (name, whole) => {
    const axis = /^matrix\.([\w-]+)$/.exec(name)?.[1]
    if (axis !== undefined && combination !== undefined && Object.hasOwn(combination.values, axis)) {
      return combination.values[axis]
    }
    const written = shortened(whole)
    if (axis === undefined && scope !== undefined) {
      const complaint = complaintAboutTemplate(name, whole, scope, didYouMean)
      if (complaint !== undefined) report(path, complaint)
    } else if (axis === undefined) {
      report(
        path,
        `has ${written}, but only matrix.<axis> is known there; outputs of dependencies are in DAGMAR_INPUTS.`,
      )
    } else if (combination === undefined) report(path, `has ${written}, but there is no matrix.`)
    else {
      const guess = didYouMean(axis, Object.keys(combination.values))
      report(path, `has ${written}, but the matrix has no such axis.${guess}`)
    }
    return undefined
  })
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
function productOf(axes: ReadonlyMap<string, readonly string[]>): Values[] {
  let found: Values[] = [{}]
  for (const [axis, values] of axes) {
    found = found.flatMap((one) => values.map((value) => ({ ...one, [axis]: value })))
  }
  return found
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

/** Axes whose names differ only in upper and lower case, or in `-` and `_`, would share a variable. */
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
  return `MATRIX_${axis.toUpperCase().replaceAll('-', '_')}`
}
