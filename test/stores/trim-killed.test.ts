import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { agentsJournal } from '../../src/events/agent-facts.ts'
import { durableStores } from './durable-stores.ts'
import { newFolder } from './folders.ts'
import { safeIn } from './other-process.ts'
import { speakingProcess } from './speaking-process.ts'

/** Appends five facts about agents after the other, and trims all but the last ten, until it is killed. */
const script = `
const [dist, kind, path] = process.argv.slice(1)
const { sqlite } = await import(dist + '/sqlite.js')
const { journal } = await import(dist + '/journal.js')
const store = kind === 'journal' ? journal(path) : sqlite(path, { driver: kind })
const owner = { id: 'owner ' + process.pid }
let opened
try {
  opened = store.open('.agents', owner)
} catch {
  opened = store.create('.agents', owner)
}
console.log('up')
let seq = opened.lastSeq
for (;;) {
  const facts = Array.from({ length: 5 }, () => ({ seq: ++seq, at: 1000, type: 'agent.busy', agentId: 'ada', load: 1 }))
  const [refusal] = await store.append([{ journal: opened, facts }])
  if (refusal !== undefined) throw refusal
  for (const one of facts) console.log('safe ' + one.seq)
  if (seq > 10) await store.trim(opened, seq - 10)
}
`

/** So many processes are killed, one after the other. */
const kills = 12

describe.each(durableStores)('$name', ({ name, open }) => {
  it('loses no fact about agents that was safe and may not go, however often whoever trims is killed', async () => {
    const path = join(newFolder(), 'kept')
    let last = 0
    for (let kill = 0; kill < kills; kill++) {
      const writer = await speakingProcess(script, [name, path])
      await writer.saying('safe', 20 + kill * 7)
      // At any instant of what follows.
      await new Promise((resolve) => setTimeout(resolve, kill))
      writer.signal('SIGKILL')
      await writer.ended
      const safe = last + safeIn(writer.said)
      const store = open(path)
      const seqs = (await store.read(agentsJournal)).map(({ seq }) => seq)
      const opened = store.open(agentsJournal, { id: 'looks' })
      // What was appended in its last moment may be there.
      expect(opened.lastSeq - safe).toBeGreaterThanOrEqual(0)
      expect(opened.lastSeq - safe).toBeLessThanOrEqual(5)
      expect(seqs.at(-1)).toBe(opened.lastSeq)
      expect(seqs[0]).toBeLessThanOrEqual(opened.lastSeq - 9)
      expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index))
      // The last trim may be missing, or the one before.
      expect(seqs.length).toBeLessThanOrEqual(30)
      last = opened.lastSeq
      await store.close()
    }
  }, 120_000)
})
