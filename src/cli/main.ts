#!/usr/bin/env node
import { CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { DagmarError } from '../errors/dagmar-error.ts'
import { thrownText } from '../errors/foreign-value.ts'
import { createProgram } from './program.ts'
import { flushed } from './screen/flushed.ts'
import { isReaderGone } from './screen/reader-gone.ts'
import { shownMessage } from '../text/shown-text.ts'

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
  process.exitCode = exitCodeOf(thrown)
}
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
if (isUnwritable) process.exitCode = 1
// Everything is done. A handle that would keep the process alive, such as the terminal's input, must not.
process.exit()

function exitCodeOf(thrown: unknown): number {
  // Commander has already printed what is wrong, or the help.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : badUsage
  if (thrown instanceof DagmarError) {
    // A problem of a plan file begins with its place, so that terminals turn it into a link.
    const head = thrown.code === 'PLAN_INVALID' ? '' : 'dagmar: '
    const hint = thrown.hint === undefined ? '' : `${thrown.hint}\n`
    process.stderr.write(`${shownMessage(`${head}${thrown.problem}\n${hint}`)}\n`)
    return badUsage
  }
  process.stderr.write(
    `${shownMessage(`dagmar: ${thrown instanceof Error ? thrown.stack : thrownText(thrown)}`)}\n`,
  )
  return 1
}
