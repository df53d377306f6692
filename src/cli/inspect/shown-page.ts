import type { OutputConfiguration } from 'commander'
import type { Fact } from '../../events/facts.ts'
import { exportFacts, type Inspector } from '../../inspector/inspect.ts'
import { shownText } from '../../text/shown-text.ts'
import { readPort } from '../read-port.ts'
import { onEndingSignals } from '../run/signals.ts'

/** The options of `dagmar inspect` as commander gives them. */
export interface InspectFlags {
  readonly export?: string
  readonly port?: string
  readonly open?: boolean
  readonly control?: boolean
}

/** Shows what is served until a signal comes, or what is shown is lost: that rejects. */
export async function shownUntilSignal(
  inspector: Inspector,
  what: string,
  output: OutputConfiguration,
  lost: Promise<never> = new Promise(() => undefined),
): Promise<void> {
  output.writeOut!(`${inspector.url}\n`)
  output.writeErr!(`dagmar: ${what} shown there until Ctrl-C\n`)
  try {
    await Promise.race([new Promise<void>((resolve) => onEndingSignals(() => resolve())), lost])
  } finally {
    await inspector.close()
  }
}

/** Where the page is served. */
export function servedAt({ port, open }: InspectFlags): { readonly port: number; readonly open: boolean } {
  return { port: port === undefined ? 0 : readPort('--port', port), open: open === true }
}

/** Writes facts as a page. */
export async function exported(
  facts: readonly Fact[],
  path: string,
  output: OutputConfiguration,
): Promise<number> {
  await exportFacts(facts, path)
  output.writeOut!(`Wrote ${shownText(path)}.\n`)
  return 0
}
