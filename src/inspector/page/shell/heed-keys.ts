/** What each key does. What returns false has done nothing: the key goes on to the browser. */
export type Keys = Readonly<Record<string, ((event: KeyboardEvent) => unknown) | undefined>>

/** Heeds keys wherever the focus is but in a field and in an open dialog. Returns what stops it. */
export function heedKeys(keys: Keys): () => void {
  const heed = (event: KeyboardEvent): void => {
    if (hasModifier(event) || event.defaultPrevented) return
    const { target } = event
    if (target instanceof Element && target.matches('input, textarea, select, dialog[open] *')) return
    const act = keys[event.key]
    if (act !== undefined && act(event) !== false) event.preventDefault()
  }
  addEventListener('keydown', heed)
  return () => removeEventListener('keydown', heed)
}

/** Keys that are pressed with another one belong to the browser. */
export function hasModifier({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey
}
