/** A number with its noun: `1 task`, `5,000 tasks`. */
export function withNoun(count: number, one: string, many = `${one}s`): string {
  // Not by `toLocaleString`: its first use costs 10 ms, which each start would pay.
  const digits = String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
  return `${digits} ${count === 1 ? one : many}`
}
