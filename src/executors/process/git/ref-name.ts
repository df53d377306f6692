import { createHash } from 'node:crypto'

const mostCharacters = 60
/** What git takes in no name, what some file system does not, and what would make folders of it. */
const unfit = /[^\p{L}\p{N}._-]+|^[.-]+|\.{2,}|\.(?=lock$)|\.$/giu

/** The text as one part of the name of a ref and as a file name, with a hash where it is not the text itself. */
export function refNameOf(text: string): string {
  const name = Array.from(text.replace(unfit, '-')).slice(0, mostCharacters).join('')
  if (name === text && name !== '') return name
  const hash = createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex')
  return `${name.replace(/\.+$/, '')}-${hash.slice(0, 8)}`
}
