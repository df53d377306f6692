/** What is the same in the names of `test(20, linux)` and `test(22, mac)`, or of `map-1` and `map-2`. */
export function stemOf(id: string): string {
  const bracket = id.endsWith(')') ? id.indexOf('(') : -1
  return bracket > 0 ? id.slice(0, bracket + 1) : id.replaceAll(/\d+/g, '#')
}

/** What the names of a group have in common, up to the last whole word; or nothing but that they are tasks. */
export function labelOf(ids: readonly string[]): string {
  const [first = ''] = ids
  let start = 0
  while (start < first.length && ids.every((id) => id[start] === first[start])) start++
  const isNumbered = ids.every((id) => /^\d*$/.test(id.slice(start)))
  const shared = first.slice(0, start).replace(isNumbered ? /\d+$/ : /[^\s(),:/_.-]*$/, '')
  if (!/[\p{L}\p{N}]/u.test(shared)) return 'tasks'
  return `${shared}…${shared.includes('(') && first.endsWith(')') ? ')' : ''}`
}
