/** Fill and line of a task by its status, the same in Mermaid and in DOT. */
export const statusColours: Readonly<Record<string, { readonly fill: string; readonly line: string }>> = {
  pending: { fill: '#f6f8fa', line: '#8c959f' },
  ready: { fill: '#ddf4ff', line: '#54aeff' },
  dispatched: { fill: '#ddf4ff', line: '#54aeff' },
  starting: { fill: '#b6e3ff', line: '#0969da' },
  running: { fill: '#80ccff', line: '#0969da' },
  stalled: { fill: '#fae17d', line: '#9a6700' },
  stopping: { fill: '#ffd8b5', line: '#bc4c00' },
  completed: { fill: '#aceebb', line: '#1a7f37' },
  failed: { fill: '#ffcecb', line: '#cf222e' },
  killed: { fill: '#ffadda', line: '#bf3989' },
  skipped: { fill: '#eaeef2', line: '#8c959f' },
}

/** How a picture of a dag is drawn. */
export interface PictureOptions {
  /** The status of a task, written under its id. Statuses of a run have colours. @default no status */
  readonly status?: (id: string) => string | undefined
  /** Which way dependents lie: down or right. @default 'down' */
  readonly direction?: 'down' | 'right'
}
