import type { SpanKind } from './timeline-model.ts'

/** The colours and fonts of the theme that is shown, for a canvas. */
export interface Palette {
  readonly paper: string
  readonly sunk: string
  readonly rule: string
  readonly ink: string
  readonly ink2: string
  readonly ink3: string
  readonly select: string
  readonly font: string
  /** The colour of a status. */
  readonly state: (status: string) => string
}

/** Reads them off the page: to be read anew after the theme has changed. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const value = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  const states = new Map<string, string>()
  return {
    paper: value('paper'),
    sunk: value('sunk'),
    rule: value('rule'),
    ink: value('ink'),
    ink2: value('ink-2'),
    ink3: value('ink-3'),
    select: value('select'),
    font: getComputedStyle(document.body).fontFamily,
    state: (status) => {
      const known = states.get(status)
      if (known !== undefined) return known
      const colour = value(`state-${status}`)
      states.set(status, colour)
      return colour
    },
  }
}

/** The status that gives a wait, or a part of an attempt, its colour. */
export const statusOf: Readonly<Record<SpanKind, string>> = {
  queued: 'ready',
  retry: 'dispatched',
  question: 'dispatched',
  starting: 'starting',
  running: 'running',
  stalled: 'stalled',
  stopping: 'stopping',
}
