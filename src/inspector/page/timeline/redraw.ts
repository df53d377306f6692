import { effect } from '@preact/signals'

/** Draws once before the next frame, however often it is asked to. */
export interface Redraw {
  ask(): void
  stop(): void
}

/**
 * Draws now, and again whenever a signal that `draw` reads has changed. `draw` says in how many milliseconds it is to be
 * done again by itself; undefined: not at all.
 */
export function drawnAnew(draw: () => number | undefined): Redraw {
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let dispose = (): void => {}
  const ask = (): void => {
    if (frame === 0) frame = requestAnimationFrame(paint)
  }
  const paint = (): void => {
    frame = 0
    clearTimeout(timer)
    dispose()
    let isFirst = true
    dispose = effect(() => {
      if (!isFirst) {
        ask()
        return
      }
      isFirst = false
      const again = draw()
      if (again !== undefined) timer = setTimeout(ask, again)
    })
  }
  ask()
  return {
    ask,
    stop: () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
      dispose()
    },
  }
}
