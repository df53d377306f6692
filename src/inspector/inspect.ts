import type { Fact } from '../events/facts.ts'
import { badValue, isRecord, readGiven, readInteger } from '../graph/read-values.ts'
import type { Runtime } from '../runtime/create-runtime.ts'
import type { RunHandle } from '../runtime/handle/run-handle.ts'
import { liveSource } from './recording/live-source.ts'
import { type RunsElsewhere, runsSource } from './recording/runs-source.ts'
import type { Source } from './recording/source.ts'
import type { SanitiserOptions } from './sanitise.ts'
import { factsSource } from './saved/facts-source.ts'
import { savedPage } from './saved/saved-page.ts'
import { writeWhole } from './saved/write-whole.ts'
import { openBrowser } from './server/open-browser.ts'
import { readPage } from './server/page.ts'
import { serve } from './server/serve.ts'

export interface InspectOptions extends SanitiserOptions {
  /** The port on 127.0.0.1, 0 to 65535. With 0 the system chooses one that is free. @default 0 */
  readonly port?: number
  /**
   * Opens the page in the person's browser. That this fails is a warning of the process, no error. The browser is given the
   * address as an argument, which other users of the machine may see in its list of processes. @default false
   */
  readonly open?: boolean
  /** Whether the page may kill, redrive, answer, pause and send events. Otherwise it only shows. @default false */
  readonly control?: boolean
  /**
   * Whether the process stays alive until `close()`. Otherwise it ends as if there were no inspector. @default false
   */
  readonly keepAlive?: boolean
}

/** A running inspector. */
export interface Inspector {
  /**
   * The page's address. What follows the `#` is a token, without which nobody gets any data: give it only to those who
   * may see the runs. It holds for as long as this inspector.
   */
  readonly url: string
  /** Ends it and all connections. The runs go on. */
  close(): Promise<void>
}

const bool = (value: unknown, path: string): boolean => {
  if (typeof value === 'boolean') return value
  throw badValue(path, value, 'true or false')
}

const readers = {
  port: (value: unknown, path: string): number => {
    const port = readInteger(value, path, 0)
    if (port <= 65_535) return port
    throw badValue(path, value, 'a port: 0 to 65535')
  },
  open: bool,
  control: bool,
  keepAlive: bool,
  sanitise: (value: unknown, path: string): NonNullable<SanitiserOptions['sanitise']> => {
    if (typeof value === 'function') return value as NonNullable<SanitiserOptions['sanitise']>
    throw badValue(path, value, 'a function')
  },
  redact: (value: unknown, path: string): readonly string[] => {
    if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value
    throw badValue(path, value, 'a list of names')
  },
}

/**
 * Serves a page on this machine that shows the runs of a runtime, or one run, as they go on and after their end. It may
 * come late. Costs next to nothing before a browser is connected, and whatever becomes of it, the runs do not change.
 * Rejects with `CONFIG_INVALID` for options that make no sense, and with `INSPECTOR_FAILED` where the port is taken.
 */
export async function inspect(target: Runtime | RunHandle, options: InspectOptions = {}): Promise<Inspector> {
  const given: unknown = target
  if (!isRecord(given) || given['actor'] === undefined || !('runs' in given || 'result' in given)) {
    throw badValue('The first argument of inspect', given, 'a runtime, or the handle of a run')
  }
  const read = readGiven(options, readers, "inspect's options object", '')
  return startInspector((shown) => liveSource(target, shown), read)
}

/**
 * `inspect` for the facts of one run that was written down: all that `run.events$` told, from the first fact on. See
 * `readFacts`. The options are those of `inspect`, without `control`.
 */
export async function inspectFacts(
  facts: readonly Fact[],
  options: Omit<InspectOptions, 'control'> = {},
): Promise<Inspector> {
  const { control: _, ...known } = readers
  const read = readGiven(options, known, "inspectFacts's options object", '')
  return startInspector((shown) => factsSource(facts, shown), read)
}

/** `inspect` for runs that go on in another process. Rejects, too, where nobody tells what runs there are. */
export async function inspectElsewhere(
  runs: RunsElsewhere,
  options: Omit<InspectOptions, 'sanitise' | 'redact'> = {},
): Promise<Inspector> {
  const source = runsSource(runs, {})
  try {
    await source.ready
  } catch (error) {
    source.close()
    throw error
  }
  return startInspector(() => source, options)
}

/**
 * Writes the facts of one run as a page: one HTML file that opens from a disk without a server, and shows what the
 * inspector shows. A file that is there is replaced once the new one is whole. Rejects with `EXPORT_FAILED`.
 */
export async function exportFacts(
  facts: readonly Fact[],
  path: string,
  options: SanitiserOptions = {},
): Promise<void> {
  const { sanitise, redact } = readers
  const read = readGiven(options, { sanitise, redact }, "exportFacts's options object", '')
  await writeWhole(path, savedPage(await readPage(), factsSource(facts, read)))
}

async function startInspector(
  sourceOf: (shown: SanitiserOptions) => Source,
  { port = 0, open = false, control = false, keepAlive = false, ...shown }: InspectOptions,
): Promise<Inspector> {
  const page = await readPage()
  const source = sourceOf(shown)
  try {
    const served = await serve({ source, page, port, control, keepAlive })
    if (open) void openBrowser(served.url).then(warnIfNotOpened)
    return served
  } catch (error) {
    source.close()
    throw error
  }
}

/** The address is left out: what a process warns of goes to logs. */
function warnIfNotOpened(why: string | undefined): void {
  if (why !== undefined) {
    process.emitWarning(`The inspector's page could not be opened in a browser: ${why}.`)
  }
}
