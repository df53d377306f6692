/** What a random dag looks like. `AnyDagOptions.shape` explains each. */
export type Shape = 'any' | 'chain' | 'wide' | 'tree' | 'diamond' | 'layered'

/**
 * The indices of the dependencies of a task, all of them lower than its own. They are made from the random numbers
 * `links`, each of which says how far back one lies, so that a dag is still one when a task is left out.
 */
export function needsAt(
  index: number,
  {
    shape,
    count,
    links,
  }: { readonly shape: Shape; readonly count: number; readonly links: readonly number[] },
): readonly number[] {
  if (index === 0) return []
  switch (shape) {
    case 'wide':
      return []
    case 'chain':
      return [index - 1]
    case 'tree':
      return [index - 1 - ((links[0] ?? 0) % index)]
    case 'diamond':
      return index < count - 1 || index === 1 ? [0] : range(1, index)
    case 'layered': {
      const width = Math.max(2, Math.ceil(Math.sqrt(count)))
      const layer = Math.floor(index / width)
      return layer === 0 ? [] : distinct([0, ...links].map((link) => (layer - 1) * width + (link % width)))
    }
    case 'any':
      return distinct(links.map((link) => index - 1 - (link % index)))
  }
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, at) => from + at)
}

function distinct(places: readonly number[]): readonly number[] {
  return [...new Set(places)].toSorted((a, b) => a - b)
}
