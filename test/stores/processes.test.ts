import { join } from 'node:path'
import { DagmarError, type Journal, type Owner, type Store } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { toldAtLength } from '../../src/testing/conformance/store/told-run.ts'
import { durableStores } from './durable-stores.ts'
import { newFolder } from './folders.ts'
import { otherProcess, safeIn } from './other-process.ts'
import type { SpeakingProcess } from './speaking-process.ts'

const later: Owner = { id: 'later' }
const seqs = (length: number): readonly number[] => Array.from({ length }, (_, index) => index + 1)

/** Throws what else is thrown. */
function demandOwned(act: () => unknown): void {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof DagmarError && thrown.code === 'RUN_OWNED') return
    throw thrown
  }
  throw new Error('the run of a stopped owner was opened')
}

/**
 * Stops the process and takes its run. Where it was stopped within a transaction the database is locked, for as long as it
 * stands still: then it is stopped at another moment.
 */
async function takeFromStopped(writer: SpeakingProcess, store: Store): Promise<Journal> {
  for (;;) {
    writer.signal('SIGSTOP')
    try {
      demandOwned(() => store.open('run', later))
      return store.open('run', later, { takeOver: true })
    } catch (thrown) {
      if (!(thrown instanceof DagmarError) || !thrown.message.includes('locked')) throw thrown
    }
    const { length } = writer.said
    writer.signal('SIGCONT')
    await writer.saying(`safe ${length + 3}`)
  }
}

describe.each(durableStores)('several processes with a store of $name', ({ name, open }) => {
  it('lose nothing that was safe when one is killed, and others go on at once', async () => {
    const path = join(newFolder(), 'runs')
    const writer = await otherProcess(name, path, 'create', 'run')
    writer.go()
    await writer.saying('safe 20')
    writer.signal('SIGKILL')
    await writer.ended
    const store = open(path)
    const facts = await store.read('run')
    expect(facts.map(({ seq }) => seq)).toEqual(seqs(facts.length))
    // One more may have been written when it was killed, before it could say so.
    expect([0, 1]).toContain(facts.length - safeIn(writer.said))
    const opened = store.open('run', later)
    expect(opened.lastSeq).toBe(facts.length)
    const more = (await toldAtLength('run', facts.length + 3)).slice(facts.length)
    expect((await store.append([{ journal: opened, facts: more }]))?.[0]).toBeUndefined()
    expect(await store.read('run')).toHaveLength(facts.length + 3)
    await store.close()
  })

  it('refuse each other a run that one of them has, by its number, and read it while it is written', async () => {
    const path = join(newFolder(), 'runs')
    const writer = await otherProcess(name, path, 'create', 'run')
    writer.go()
    await writer.saying('safe 5')
    const store = open(path)
    for (let round = 0; round < 10; round++) {
      const safe = safeIn(writer.said)
      const read = (await store.read('run')).map(({ seq }) => seq)
      expect(read.length).toBeGreaterThanOrEqual(safe)
      expect(read).toEqual(seqs(read.length))
      const [summary] = await store.runs()
      expect(summary?.seq).toBeGreaterThanOrEqual(read.length)
    }
    expect(() => store.open('run', later)).toThrow(
      expect.objectContaining({
        code: 'RUN_OWNED',
        problem: `The run run belongs to process ${writer.pid}, which is alive.`,
      }),
    )
    expect(writer.said.at(-1)).toMatch(/^safe/)
    await store.close()
  })

  it('let one that was stopped and comes back write nothing more, and it says so', async () => {
    const path = join(newFolder(), 'runs')
    const writer = await otherProcess(name, path, 'create', 'run')
    writer.go()
    await writer.saying('safe 5')
    const store = open(path, name === 'journal' ? {} : { lockTimeout: 100 })
    const opened = await takeFromStopped(writer, store)
    const facts = await store.read('run')
    writer.signal('SIGCONT')
    expect(await writer.saying('refused')).toBe('refused JOURNAL_FENCED')
    expect(facts.length).toBe(opened.lastSeq)
    expect([0, 1]).toContain(opened.lastSeq - safeIn(writer.said))
    expect(await store.read('run')).toEqual(facts)
    const more = (await toldAtLength('run', facts.length + 3)).slice(facts.length)
    expect((await store.append([{ journal: opened, facts: more }]))?.[0]).toBeUndefined()
    expect(await store.read('run')).toEqual([...facts, ...more])
    await store.close()
  })

  it('are one that goes on with a dead run, and others that are refused', async () => {
    const path = join(newFolder(), 'runs')
    const writer = await otherProcess(name, path, 'create', 'run', { length: 3 })
    writer.go()
    await writer.saying('done')
    writer.signal('SIGKILL')
    await writer.ended
    const heirs = await Promise.all(
      seqs(4).map(() => otherProcess(name, path, 'open', 'run', { length: 10 })),
    )
    for (const heir of heirs) heir.go()
    const ends = await Promise.all(
      heirs.map((heir) => Promise.race([heir.saying('done'), heir.saying('refused')])),
    )
    expect(ends.toSorted()).toEqual(['done', 'refused RUN_OWNED', 'refused RUN_OWNED', 'refused RUN_OWNED'])
    const store = open(path)
    const facts = await store.read('run')
    expect(facts.map(({ seq }) => seq)).toEqual(seqs(10))
    expect(new Set(facts.slice(3).map((fact) => ('message' in fact ? fact.message : ''))).size).toBe(1)
    await store.close()
  })

  it.each([
    ['id', 'RUN_EXISTS', () => ['run', '']],
    ['idempotency key', 'KEY_TAKEN', (index: number) => [`run-${index}`, 'order 7']],
  ] as const)('have one run with an %s', async (_, code, about) => {
    const path = join(newFolder(), 'runs')
    const creators = await Promise.all(
      seqs(4).map((index) => {
        const [runId = '', key = ''] = about(index)
        return otherProcess(name, path, 'create', runId, { length: 5, key })
      }),
    )
    for (const creator of creators) creator.go()
    const ends = await Promise.all(
      creators.map((creator) => Promise.race([creator.saying('done'), creator.saying('refused')])),
    )
    const refused = `refused ${code}`
    expect(ends.toSorted()).toEqual(['done', refused, refused, refused])
    const store = open(path)
    expect(await store.runs()).toHaveLength(1)
    await store.close()
  })

  it('write different runs side by side', async () => {
    const path = join(newFolder(), 'runs')
    const writers = await Promise.all(
      seqs(3).map((index) => otherProcess(name, path, 'create', `run-${index}`, { length: 60 })),
    )
    for (const writer of writers) writer.go()
    await Promise.all(writers.map((writer) => writer.saying('done')))
    const store = open(path)
    for (const index of seqs(3)) {
      expect((await store.read(`run-${index}`)).map(({ seq }) => seq)).toEqual(seqs(60))
    }
    expect(await store.runs()).toHaveLength(3)
    await store.close()
  })
})
