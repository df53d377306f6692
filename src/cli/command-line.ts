import { CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { createProgram } from './program.ts'
import { flushed } from './screen/flushed.ts'
import { isReaderGone } from './screen/reader-gone.ts'

/** The exit code for a bad plan or command line. */
const badUsage = 2

let isUnwritable = false
process.stdout.on('error', (error) => {
  // A reader that stops early, as in `dagmar graph … | head`, is no error. `dagmar run` handles that by itself.
  if (isReaderGone(error) || isUnwritable) return
  isUnwritable = true
  process.stderr.write(`dagmar: stdout cannot be written: ${error.message}.\n`)
})
process.stderr.on('error', () => undefined)

const program = createProgram(manifest.version)
try {
  await program.parseAsync()
} catch (thrown) {
  process.exitCode = await exitCodeOf(thrown)
}
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
if (isUnwritable) process.exitCode = 1
// Everything is done. A handle that would keep the process alive, such as the terminal's input, must not.
process.exit()

async function exitCodeOf(thrown: unknown): Promise<number> {
  // Commander has already printed what is wrong, or the help.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : badUsage
  const { tellThrown } = await import('./tell-thrown.ts')
  return tellThrown(thrown) === 'misuse' ? badUsage : 1
}
