import { type SpeakingProcess, speakingProcess } from './speaking-process.ts'

/**
 * What another process does with a store: it creates or opens a run and appends to it, one fact after the other, until
 * it has so many or is refused. It says what comes of it, a line each.
 */
const script = `
const [dist, kind, path, verb, runId, length, key] = process.argv.slice(1)
const { sqlite } = await import(dist + '/sqlite.js')
const { journal } = await import(dist + '/journal.js')
const store = kind === 'journal' ? journal(path) : sqlite(path, { driver: kind })
const owner = { id: runId + process.pid }
const idempotencyKey = key || undefined
console.log('up')
await new Promise((resolve) => process.stdin.once('data', resolve))
let opened
try {
  opened = verb === 'create' ? store.create(runId, owner, { idempotencyKey }) : store.open(runId, owner)
} catch (thrown) {
  console.log('refused ' + thrown.code)
  process.exit()
}
const at = 1000
const limits = { concurrency: null, pools: {}, timeoutMs: null }
const created = { type: 'run.created', name: 'n', structure: [], limits, fingerprint: 'f', idempotencyKey }
for (let seq = opened.lastSeq + 1; seq <= Number(length); seq++) {
  const fact = { seq, at, runId, ...(seq === 1 ? created : { type: 'task.warned', taskId: 'a', attempt: 1, message: 'by ' + process.pid }) }
  const refusal = await store.append([{ journal: opened, facts: [fact] }]).then((answers) => answers?.[0], (thrown) => thrown)
  if (refusal !== undefined) {
    console.log('refused ' + refusal.code)
    process.exit()
  }
  console.log('safe ' + seq)
}
console.log('done')
setInterval(() => undefined, 1000)
`

/** Starts a process that is ready to begin. It is ended with the test. */
export function otherProcess(
  kind: string,
  path: string,
  verb: 'create' | 'open',
  runId: string,
  { length = 1_000_000, key = '' }: { readonly length?: number; readonly key?: string } = {},
): Promise<SpeakingProcess> {
  return speakingProcess(script, [kind, path, verb, runId, String(length), key])
}

/** How many facts it was told to be safe. */
export function safeIn(said: readonly string[]): number {
  return said.filter((line) => line.startsWith('safe ')).length
}
