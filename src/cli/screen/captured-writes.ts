import { StringDecoder } from 'node:string_decoder'

/**
 * Takes what others write to the stream, such as `console.log` of a handler, line by line: a view that is painted at the
 * cursor would be torn by it. A screen over the stream has to be made before. Returns a function that gives the stream
 * back, and the last line where it has no end.
 */
export function captureWrites(stream: NodeJS.WriteStream, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder('utf8')
  // oxlint-disable-next-line typescript/unbound-method -- it is put back, not called
  const original = stream.write
  let begun = ''
  const captured = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const text =
      typeof chunk === 'string'
        ? Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8')
        : Buffer.from(chunk)
    const lines = (begun + decoder.write(text)).split('\n')
    begun = lines.pop()!
    for (const line of lines) onLine(line)
    const called = typeof encoding === 'function' ? encoding : done
    if (typeof called === 'function') process.nextTick(called as () => void)
    return true
  }
  stream.write = captured as typeof stream.write
  return () => {
    stream.write = original
    if (begun !== '') onLine(begun)
    begun = ''
  }
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value)
}
