const actions = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls the action when the signal is aborted; now, if it is aborted already. Returns a function that forgets the
 * action. A signal gets only one listener, however many actions it has, because Node warns about signals with more than
 * ten.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  if (signal.aborted) {
    action()
    return () => undefined
  }
  const known = actions.get(signal) ?? listenTo(signal)
  known.add(action)
  return () => known.delete(action)
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const known = new Set<() => void>()
  actions.set(signal, known)
  signal.addEventListener(
    'abort',
    () => {
      actions.delete(signal)
      for (const action of known) action()
    },
    { once: true },
  )
  return known
}
