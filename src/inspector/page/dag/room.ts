/** What there has to be room for, in pixels. */
export interface Room {
  /** How wide each box has to be. All boxes of a column get the width of its widest. */
  readonly widths: ArrayLike<number>
  readonly height: number
  readonly gapX: number
  readonly gapY: number
}

/** An edge from the right side of a box to the left side of another one. */
export interface Route {
  readonly from: number
  readonly to: number
  /** Where it passes through the columns between, from left to right: the column, and the height. */
  readonly via: readonly { readonly x: number; readonly width: number; readonly y: number }[]
}
