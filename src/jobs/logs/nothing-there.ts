/** For the rejection of a file system: undefined where there is nothing of that name. Throws anything else. */
export function nothingThere(thrown: unknown): undefined {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw thrown
  return undefined
}
