/** Calls back with each size that an element gets, the first one included. Returns what stops it. */
export function watchSize(element: Element, take: () => void): () => void {
  const observer = new ResizeObserver(take)
  observer.observe(element)
  return () => observer.disconnect()
}
