/** Where a view writes: a terminal, a pipe, a file, or in tests a make-believe terminal. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  /** Writes as it is, at once. After the other end is gone it does nothing. */
  write(text: string): void
  /** True while the other end takes nothing and what was written piles up in memory. */
  readonly isClogged: boolean
  /** Tells of a change of `columns` or `rows`. Returns how to stop listening. */
  onResize(listener: () => void): () => void
}
