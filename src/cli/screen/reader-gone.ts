const codes: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED'])

/** True for the error of a stream whose reader or terminal has gone away, and false where it cannot be written. */
export function isReaderGone({ code }: NodeJS.ErrnoException): boolean {
  return codes.has(code)
}
