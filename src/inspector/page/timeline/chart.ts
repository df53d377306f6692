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

/**
 * The canvas made as large as its place, in the pixels of the screen, and what draws on it in CSS pixels. Undefined
 * where it has no place.
 */
export function drawingOn(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined {
  const context = canvas.getContext('2d')
  if (context === null || width <= 0 || height <= 0) return undefined
  const ratio = devicePixelRatio
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== wide) canvas.width = wide
  if (canvas.height !== high) canvas.height = high
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  return context
}
