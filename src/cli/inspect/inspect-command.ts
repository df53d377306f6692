import type { OutputConfiguration } from 'commander'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { exportFacts, inspectFacts } from '../../inspector/inspect.ts'
import { readFacts } from '../../inspector/saved/read-facts.ts'
import { isJournal, readJournal } from '../../stores/journal/read-run.ts'
import { shownText } from '../../text/shown-text.ts'
import { readPort } from '../read-port.ts'
import { onEndingSignals } from '../run/signals.ts'

/** The options of `dagmar inspect` as commander gives them. */
export interface InspectFlags {
  readonly export?: string
  readonly port?: string
  readonly open?: boolean
}

/** Writes the page, or serves it until a signal comes. Resolves with the exit code; rejects with `DagmarError`. */
export async function inspectCommand(
  path: string,
  flags: InspectFlags,
  output: OutputConfiguration,
): Promise<number> {
  const port = flags.port === undefined ? 0 : readPort('--port', flags.port)
  if (flags.export !== undefined && (flags.open === true || flags.port !== undefined)) {
    throw new DagmarError('CONFIG_INVALID', {
      message: '--export writes the page and serves nothing: leave --port and --open out.',
    })
  }
  const { facts, notes } = await readFacts(
    path === '-' ? process.stdin : isJournal(path) ? linesIn(path) : path,
  )
  for (const note of notes) output.writeErr!(`dagmar: ${shownText(note)}\n`)
  if (flags.export !== undefined) {
    await exportFacts(facts, flags.export)
    output.writeOut!(`Wrote ${shownText(flags.export)}.\n`)
    return 0
  }
  const inspector = await inspectFacts(facts, { port, open: flags.open === true, keepAlive: true })
  output.writeOut!(`${inspector.url}\n`)
  output.writeErr!('dagmar: the run is shown there until Ctrl-C\n')
  await new Promise<void>((resolve) => onEndingSignals(() => resolve()))
  await inspector.close()
  return 0
}

/** The facts of a file of `dagmar/journal`, as `dagmar run --json` would have printed them. */
async function* linesIn(path: string): AsyncGenerator<string> {
  for (const fact of await readJournal(path)) yield `${JSON.stringify(fact)}\n`
}
