// Shows a dag made from real input: the TypeScript modules of a folder are tasks, their imports dependencies.
// Prints progress, then the hashes of the modules that nobody imports and the slowest chain: `npm start -- [folder]`.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { moduleHashes } from './module-hashes/command.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `npm start | head` has read enough.
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await moduleHashes(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  defaultFolder: thisRepository(dirname(fileURLToPath(import.meta.url))),
  resolve: (folder) => resolve(startFolder(), folder),
})

function thisRepository(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : thisRepository(dirname(folder))
}

/** npm moves to the folder of the package; what the user typed is meant from where they are. */
function startFolder(): string {
  const { npm_lifecycle_event: script, INIT_CWD: typedIn } = process.env
  return script === 'start' && typedIn !== undefined ? typedIn : process.cwd()
}
