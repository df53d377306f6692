import type { LogModel } from '../state/log-model.ts'
import type { Entry, ServerMessage } from '../../protocol.ts'
import { protocolVersion } from '../../protocol.ts'
import { history, logs, runId } from '../state/shown.ts'

let blank = ''

/** Keeps the page as it came, before anything is shown in it. Returns the run that was saved in it, if there is one. */
export function keepBlankPage(): string | undefined {
  const saved = document.getElementById('saved')
  saved?.remove()
  blank = `<!doctype html>\n${document.documentElement.outerHTML}`
  return saved?.textContent ?? undefined
}

/** Has the browser save the run that is shown, as one file that opens from a disk and is this page. */
export function savePage(): void {
  const id = runId.value
  const log = id === undefined ? undefined : logs.get(id)
  if (id === undefined || log === undefined) return
  const page = withRun(id, log)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(page, { type: 'text/html' }))
  link.download = `${log.history.latest().name || 'run'}-${id.slice(0, 13)}.html`.replace(/[^\w.-]+/g, '-')
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

function withRun(id: string, log: LogModel): string[] {
  const moment = log.history.latest()
  const run: Entry = {
    kind: 'run',
    at: log.history.from,
    runId: id,
    name: moment.name,
    status: moment.status,
    tasks: moment.structure.length,
  }
  const hello: ServerMessage = {
    type: 'hello',
    v: protocolVersion,
    epoch: 'saved',
    control: false,
    saved: true,
    now: history.value.to,
  }
  const lines = [line(hello), line(batch('', 1, [run]))]
  const entries = entriesOf(log)
  for (let first = 0; first < entries.length; first += 1_000) {
    lines.push(line(batch(id, first + 1, entries.slice(first, first + 1_000))))
  }
  const team = logs.get('.agents')
  if (team !== undefined) {
    lines.push(line(batch('.agents', 1, [...entriesOf(team), ...team.agents.entries])))
  }
  // The script would otherwise run before the browser has read what is saved.
  const [head, rest] = split(blank)
  return [head, '<script type="application/x-ndjson" id="saved">\n', ...lines, '</script>', rest]
}

/** What the log told, in an order in which it can be told again. */
function entriesOf(log: LogModel): readonly Entry[] {
  const facts = log.history.facts.map((fact): Entry => ({ kind: 'fact', fact }))
  const passing = log.history.passing.map((fact): Entry => ({ kind: 'fact', fact }))
  const snapshots = [...log.snapshots.values()].flat()
  return [...log.machines.values(), ...log.actors.values()]
    .map((entry) => ({ at: 0, ...entry }) as Entry)
    .concat(facts, passing, log.events, snapshots)
}

function batch(log: string, first: number, entries: readonly Entry[]): ServerMessage {
  return { type: 'batch', log, first, now: history.value.to, entries }
}

/** One line of JSON in which nothing can end the element that it stands in. */
function line(message: ServerMessage): string {
  return `${JSON.stringify(message).replaceAll('<', '\\u003c')}\n`
}

function split(page: string): readonly [string, string] {
  const place = page.indexOf('<div id="page">')
  return [page.slice(0, place), page.slice(place)]
}
