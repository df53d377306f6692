import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'

/** Texts by axis. */
export type Values = Readonly<Record<string, string>>

/** An entry of `include` or `exclude`. */
export interface Entry {
  readonly values: Values
  readonly path: Path
}

/** Each entry of `include` may add to each combination. */
export const mostAdded = 1_000_000

/** The combinations that match no entry of `exclude`. Entries with the same axes are looked up together. */
export function without(
  exclude: readonly Entry[],
  products: readonly Values[],
  { report }: ProblemReporter,
): readonly Values[] {
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

/**
 * The combinations with what the entries of `include` add to those that they agree with, and the entries that agree with
 * none. Undefined where too much is added. Entries with the same axes are looked up together.
 */
export function withIncluded(
  include: readonly Entry[],
  products: readonly Values[],
  axes: ReadonlySet<string>,
): { readonly extended: readonly Values[]; readonly own: readonly Entry[] } | undefined {
  const extended = products.map((values) => ({ ...values }) as Record<string, string>)
  const own: Entry[] = []
  const lookups = new Map<string, Map<string, number[]>>()
  let added = 0
  for (const entry of include) {
    const names = Object.keys(entry.values)
    const shared = names.filter((name) => axes.has(name)).toSorted()
    const more = names.filter((name) => !axes.has(name))
    const lookup = lookups.get(shared.join()) ?? indexBy(products, shared)
    lookups.set(shared.join(), lookup)
    const agreeing = lookup.get(valuesText(entry.values, shared)) ?? []
    if (agreeing.length === 0 && names.length > 0) own.push(entry)
    added += agreeing.length * more.length
    if (added > mostAdded) return undefined
    for (const index of agreeing) for (const name of more) extended[index]![name] = entry.values[name]!
  }
  return { extended, own }
}

function indexBy(products: readonly Values[], axes: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const [index, values] of products.entries()) {
    const text = valuesText(values, axes)
    const same = found.get(text)
    if (same === undefined) found.set(text, [index])
    else same.push(index)
  }
  return found
}

function valuesText(values: Values, axes: readonly string[]): string {
  return JSON.stringify(axes.map((axis) => values[axis]))
}
