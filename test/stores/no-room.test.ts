import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRuntime, dag, type RunFact } from 'dagmar'
import { describe, expect, it, onTestFinished } from 'vitest'
import { disk } from '../../src/stores/durable/disk.ts'
import { toldAtLength } from '../../src/testing/conformance/store/told-run.ts'
import { durableStores } from './durable-stores.ts'
import { newFolder } from './folders.ts'

const owner = { id: 'owner' }
const text = 'x'.repeat(20_000)

/** A disk of 1 MB where this system lets us have one, else one that says that it is full after some syncs. */
function smallDisk(): { readonly folder: string; readonly on: typeof disk; readonly isReal: boolean } {
  const folder = newFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'dagmar', folder], { stdio: 'ignore' })
    onTestFinished(() => {
      execFileSync('umount', ['-l', folder])
    })
    return { folder, on: disk, isReal: true }
  } catch {
    let syncs = 0
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    const sync = (file: number): Promise<void> => (++syncs > 20 ? Promise.reject(full) : disk.sync(file))
    return { folder, on: { sync }, isReal: false }
  }
}

async function longFacts(length: number): Promise<readonly RunFact[]> {
  const facts = await toldAtLength('run', length)
  return facts.map((fact) => (fact.type === 'task.warned' ? { ...fact, message: text } : fact))
}

describe.each(durableStores)('a full disk under $name', ({ open }) => {
  it('refuses what has no room, keeps what had, and takes more when there is room again', async () => {
    const { folder, on, isReal } = smallDisk()
    const ballast = join(folder, 'ballast')
    writeFileSync(ballast, 'x'.repeat(300_000))
    const facts = await longFacts(80)
    const store = open(join(folder, 'runs'), {}, on)
    const journal = store.create('run', owner)
    let safe = 0
    let refusal: unknown
    while (refusal === undefined && safe < facts.length) {
      const group = { journal, facts: facts.slice(safe, safe + 2) }
      refusal = await Promise.resolve(store.append([group])).then(
        (answers) => answers?.[0],
        (thrown: unknown) => thrown,
      )
      if (refusal === undefined) safe += 2
    }
    expect(refusal).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringMatching(/full|ENOSPC/),
    })
    expect(safe).toBeGreaterThan(4)
    const kept = await store.read('run')
    expect(kept).toEqual(facts.slice(0, kept.length))
    expect(kept.length).toBeGreaterThanOrEqual(safe)
    expect(kept.length - safe).toBeLessThanOrEqual(isReal ? 0 : 2)
    rmSync(ballast)
    const later = isReal ? store : open(join(folder, 'runs'))
    const next = (): readonly RunFact[] => facts.slice(kept.length, kept.length + 2)
    // Whoever was refused may try again, as long as it was for want of room.
    const again = isReal ? journal : later.open('run', { id: 'later' }, { takeOver: true })
    expect((await later.append([{ journal: again, facts: next() }]))?.[0]).toBeUndefined()
    expect(await later.read('run')).toEqual([...kept, ...next()])
    const other = later.open('run', { id: 'last' }, { takeOver: true })
    expect(other.lastSeq).toBe(kept.length + 2)
    await store.close()
  })

  it('fails the run, and leaves a journal that is a prefix of what it told', async () => {
    const { folder, on } = smallDisk()
    const store = open(join(folder, 'runs'), {}, on)
    const runtime = createRuntime({ store })
    const tasks = Array.from({ length: 200 }, (_, index) => `task-${index}`)
    let greedy = dag('greedy') as ReturnType<typeof dag<undefined>>
    for (const id of tasks) greedy = greedy.task(id, async () => `${id} ${text}`) as never
    const run = runtime.dispatch(greedy, { id: 'run' })
    const result = await run.result
    expect(result.status).toBe('failed')
    expect(result.failure).toMatchObject({ code: 'STORE_FAILED' })
    const kept = await store.read('run')
    expect(kept.length).toBeGreaterThan(10)
    expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_fact, index) => index + 1))
    await runtime.shutdown()
    await store.close()
  })
})

/** Does it as somebody who is not root, whom permissions hold back. */
function asNobody<Done>(act: () => Done): Done {
  if (process.geteuid!() !== 0) return act()
  process.seteuid!(65_534)
  try {
    return act()
  } finally {
    process.seteuid!(0)
  }
}

describe.each(durableStores)('files of $name that are deleted while a run goes on', ({ open }) => {
  it.each(['full', 'normal'] as const)('fail it, with the durability %s', async (durability) => {
    const folder = join(newFolder(), 'deep')
    const store = open(join(folder, 'runs'), { durability })
    const runtime = createRuntime({ store })
    const deleting = dag('deleting')
      .task('delete', async () => rmSync(folder, { recursive: true }))
      .task('next', { needs: ['delete'] }, async () => 1)
    const result = await runtime.dispatch(deleting).result
    expect(result).toMatchObject({ status: 'failed', failure: { code: 'STORE_FAILED' } })
    expect(result.outcomes.next?.status).toBe('skipped')
    const later = await runtime.dispatch(deleting).result
    expect(later.failure).toMatchObject({ code: 'STORE_FAILED' })
    await runtime.shutdown()
    await store.close()
  })
})

describe.each(durableStores)('a folder that may only be read, for $name', ({ name, open }) => {
  it('is refused with the path and what the system says', async () => {
    const folder = newFolder()
    const path = join(folder, 'closed', 'runs')
    mkdirSync(join(folder, 'closed'))
    chmodSync(join(folder, 'closed'), 0o555)
    chmodSync(folder, 0o755)
    const refused = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining(path) }
    expect(() => asNobody(() => open(path))).toThrow(expect.objectContaining(refused))
    chmodSync(join(folder, 'closed'), 0o755)
    const store = open(path)
    await store.append([{ journal: store.create('run', owner), facts: await toldAtLength('run', 3) }])
    await store.close()
    // There already, and closed to others.
    for (const each of name === 'journal' ? [path] : [join(folder, 'closed')]) chmodSync(each, 0o555)
    expect(() =>
      asNobody(() => {
        open(path).open('run', { id: 'later' })
      }),
    ).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }))
  })

  it('is refused where a file lies in the way', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'file'), '')
    expect(() => open(join(folder, 'file', 'runs'))).toThrow(
      expect.objectContaining({ code: 'STORE_UNAVAILABLE' }),
    )
    mkdirSync(join(folder, 'folder'))
    if (name === 'journal') return
    expect(() => open(join(folder, 'folder'))).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }))
  })
})
