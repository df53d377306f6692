/** Adds to the list of that key, which begins with it. */
export function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** How much of what goes on for ever is kept: the oldest goes first. */
const kept = 20_000

/** True where the oldest went. */
export function keep<T>(list: T[], one: T): boolean {
  list.push(one)
  const isFull = list.length > kept * 1.25
  if (isFull) list.splice(0, list.length - kept)
  return isFull
}

export function keepIn<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  keep(list, value)
}
