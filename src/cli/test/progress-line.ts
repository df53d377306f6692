/** What of a terminal's stream a line needs that is written over. */
export interface LineStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface ProgressLine {
  readonly show: (progress: { readonly done: number; readonly of: number }) => void
  /** Takes the line away. */
  readonly clear: () => void
}

const patienceMs = 500
const everyMs = 100

/** How far something is that takes a while, on a line that is written over. Undefined where nobody looks. */
export function progressLine(stream: LineStream, now: () => number = Date.now): ProgressLine | undefined {
  if (stream.isTTY !== true) return undefined
  let nextAt = now() + patienceMs
  let isShown = false
  return {
    show: ({ done, of }) => {
      const at = now()
      if (at < nextAt) return
      nextAt = at + everyMs
      isShown = true
      stream.write(`\r\u001b[K${done} of ${of} runs explored`)
    },
    clear: () => {
      if (isShown) stream.write('\r\u001b[K')
      isShown = false
    },
  }
}
