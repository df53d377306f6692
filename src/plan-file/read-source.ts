import { closeSync, constants, createReadStream, fstatSync, openSync } from 'node:fs'

/** The longest text that is read as a whole. */
const mostBytes = 64 * 1024 * 1024

/**
 * The bytes of a regular file, or of a pipe, which is waited for without blocking anything. Rejects for what might never
 * end, such as a device, and for what has more than 64 MiB.
 */
export async function readSource(path: string): Promise<Buffer> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would block.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const stat = fstatSync(fd)
  // Both streams close the file at their end.
  if (stat.isFile()) return gathered(createReadStream(path, { fd }))
  if (stat.isFIFO()) {
    const { Socket } = await import('node:net')
    return gathered(new Socket({ fd, readable: true, writable: false }))
  }
  closeSync(fd)
  if (stat.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' })
  throw new Error('it is no regular file')
}

/** The bytes of a stream such as stdin, at most 64 MiB. */
export async function gathered(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of stream) {
    pieces.push(piece)
    bytes += piece.length
    // Leaving the loop ends the stream.
    if (bytes > mostBytes) throw new Error('it is larger than 64 MiB')
  }
  return Buffer.concat(pieces)
}
