import { type LogId, protocolVersion, type ServerMessage } from '../protocol.ts'
import { policyFor, withPolicy } from '../server/page.ts'
import { batchOf } from '../recording/batch-of.ts'
import type { FactsSource } from './facts-source.ts'

/** About so many bytes of entries stand in one line. */
const lineBytes = 256 * 1024
/** The element that the page's script fills: what is saved stands before it, so that it is there when the script runs. */
const place = '<div id="page">'

/**
 * The page with a run in it, in pieces: one file that opens from a disk, connects to nobody, and shows what the live
 * page shows of the facts.
 */
export function* savedPage(page: string, source: FactsSource): IterableIterator<string> {
  const whole = withPolicy(page, policyFor(page, "'none'"))
  const body = whole.indexOf(place)
  yield whole.slice(0, body)
  yield '<script type="application/x-ndjson" id="saved">\n'
  yield* savedMessages(source)
  yield `</script>\n${whole.slice(body)}`
}

/** What a server would send of both logs, one JSON a line, with no `<` that could end the element it stands in. */
export function* savedMessages(source: FactsSource): IterableIterator<string> {
  const now = source.now()
  const hello: ServerMessage = {
    type: 'hello',
    v: protocolVersion,
    epoch: 'saved',
    control: false,
    saved: true,
    now,
  }
  yield line(JSON.stringify(hello))
  for (const id of ['', source.runId]) yield* batchesOf(source, id, now)
}

function* batchesOf(source: FactsSource, id: LogId, now: number): IterableIterator<string> {
  const log = source.open(id)!
  for (let after = 0; after < log.last; ) {
    const stretch = log.after(after, lineBytes, now)!
    yield line(batchOf(id, stretch, now).toString())
    after = stretch.last
  }
}

function line(json: string): string {
  return `${json.replaceAll('<', String.raw`\u003c`)}\n`
}
