import type { TimeWindow } from './time-window.ts'

/** Where instants lie on a canvas. Lengths in CSS pixels. */
export interface Chart {
  readonly window: TimeWindow
  readonly width: number
  readonly height: number
}

export function xOf({ window, width }: Chart, instant: number): number {
  return ((instant - window.from) / (window.to - window.from)) * width
}

export function instantAt({ window, width }: Pick<Chart, 'window' | 'width'>, x: number): number {
  return window.from + (x / width) * (window.to - window.from)
}
