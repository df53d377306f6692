#!/usr/bin/env node
import { CommanderError } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { DagmarError } from '../errors/dagmar-error.ts'
import { createProgram } from './program.ts'
import { flushed } from './screen/flushed.ts'

/** Exit code of a plan or a command line that makes no sense. */
const badUsage = 2

// A reader that has seen enough, as of `dagmar graph … | head`, is no fault. What a run does about it is its own matter.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)

const program = createProgram(manifest.version)
try {
  await program.parseAsync()
} catch (thrown) {
  process.exitCode = exitCodeOf(thrown)
}
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
// Nothing is left to do: what still keeps the process up, such as a terminal's input, must not.
process.exit()

function exitCodeOf(thrown: unknown): number {
  // Commander has said what is wrong, or has printed the help that was asked for.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : badUsage
  if (thrown instanceof DagmarError) {
    // What is wrong with a plan file begins with its place: terminals make a link of that.
    const head = thrown.code === 'PLAN_INVALID' ? '' : 'dagmar: '
    process.stderr.write(`${head}${thrown.problem}\n${thrown.hint === undefined ? '' : `${thrown.hint}\n`}`)
    return badUsage
  }
  process.stderr.write(`dagmar: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`)
  return 1
}
