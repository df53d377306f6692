/** Where a view writes: a terminal, a pipe, a file, or in tests a make-believe terminal. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  /** Writes the text unchanged and at once. Does nothing once the other end is gone. */
  write(text: string): void
  /** True while the other end does not read, so that written text piles up in memory. */
  readonly isClogged: boolean
  /** Calls `listener` when `columns` or `rows` change. Returns a function that stops. */
  onResize(listener: () => void): () => void
}
