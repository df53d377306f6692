import { effect } from '../state/signals.ts'

/**
 * Draws before the next frame, and again whenever a signal that `draw` reads has changed: once a frame, however much has
 * changed. `draw` says in how many milliseconds it is to be done again by itself; undefined: not at all. Returns what
 * stops it.
 */
export function drawAnew(draw: () => number | undefined): () => void {
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let forget: (() => void) | undefined
  const ask = (): void => {
    if (frame === 0) frame = requestAnimationFrame(paint)
  }
  const paint = (): void => {
    frame = 0
    clearTimeout(timer)
    forget?.()
    let isDrawn = false
    forget = effect(() => {
      if (isDrawn) {
        ask()
        return
      }
      isDrawn = true
      const again = draw()
      if (again !== undefined) timer = setTimeout(ask, again)
    })
  }
  ask()
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    forget?.()
  }
}
