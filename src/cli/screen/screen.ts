/** Where a view writes: a terminal, a pipe, a file, or in tests a make-believe terminal. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  /** Writes the text unchanged, as soon as the other end takes it. Does nothing once that is gone. */
  write(text: string): void
  /** True while something waits for the other end: what is soon shown anew need not be written. */
  readonly isBehind: boolean
  /** True while so much waits for the other end that output should rather be counted than written. */
  readonly isClogged: boolean
  /** Calls `listener` when `columns` or `rows` change. Returns a function that stops. */
  onResize(listener: () => void): () => void
}
