import type { TaskView } from '../../../events/task-view.ts'
import { fillBox, type Pen } from '../canvas/pen.ts'
import { shade } from '../canvas/shade.ts'
import type { Camera, Size } from './camera.ts'
import type { Critical } from './critical.ts'
import type { Looks } from './looks.ts'
import type { Scene } from './scene.ts'

/** What is drawn, wherever it stands: the same object for as long as none of it changes. */
export interface Content {
  readonly scene: Scene
  readonly looks: Looks
  readonly critical: Critical
  readonly tasks: ReadonlyMap<string, TaskView>
  /** 1 for each box that steps back, because it is not what is looked for. */
  readonly isDim: Uint8Array | undefined
  readonly selected: number | undefined
  readonly hovered: number | undefined
}

/** What of it is seen, and when. */
export interface Picture extends Content {
  readonly content: Content
  /** The instant that is looked at, in epoch milliseconds: attempts that go on have lasted until then. */
  readonly now: number
  readonly camera: Camera
  readonly screen: Size
}

/** Where the left upper corner of a box is on the screen, on whole pixels. */
export function cornerOf(box: number, { scene, camera }: Picture): readonly [x: number, y: number] {
  const { x, y } = scene.layout
  return [Math.round(x[box]! * camera.zoom + camera.x), Math.round(y[box]! * camera.zoom + camera.y)]
}

/** A folded group's line: a piece for each status, as wide as its share of the tasks. */
export function paintShares(
  pen: Pen,
  box: number,
  { scene, looks }: Picture,
  [x, y, width, height]: readonly [x: number, y: number, width: number, height: number],
): void {
  const all = scene.boxes[box]!.tasks.length
  let from = x
  for (const [status, count] of looks.counts.get(box) ?? []) {
    // A single one that failed is to be seen among hundreds.
    const piece = Math.max(2, (width * count) / all)
    fillBox(pen, from, y, Math.min(piece, x + width - from), height, shade(`state-${status}`))
    from += piece
  }
}
