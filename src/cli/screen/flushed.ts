/** Resolves when everything that was written has been read, or nobody will ever read it. */
export function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // Not even nothing can be written to a full disk. What was written already fails before the next turn.
    if (stream.destroyed || stream.writableLength === 0) setImmediate(resolve)
    else stream.write('', () => resolve())
  })
}
