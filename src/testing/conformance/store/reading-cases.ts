import { agentsJournal } from '../../../events/agent-facts.ts'
import type { RunFact } from '../../../events/facts.ts'
import type { RunQuery, Store } from '../../../ports/store.ts'
import { demand, quiet } from '../carried-out.ts'
import type { AddStoreCase } from './journal-cases.ts'
import {
  answersTo,
  append,
  demandFacts,
  demandSummaries,
  demandThrown,
  keep,
  owners,
  summaryOf,
} from './store-bench.ts'
import { factsOfAgents, toldAtLength, toldRun } from './told-run.ts'

/** Cases about reading: of facts, of runs, while others write, and after the store was closed. */
export function addReadingCases(add: AddStoreCase, canReopen: boolean): void {
  add('reads from any fact on, and at most as many as asked for', async ({ store }) => {
    const facts = await toldRun('read')
    await keep(store, facts)
    const last = facts.length
    for (const from of [1, 2, last - 1, last, last + 1, last + 10]) {
      demandFacts(await store.read('read', { from }), facts.slice(from - 1), `from ${from}`)
      for (const limit of [1, 2, last, last + 10]) {
        const some = await store.read('read', { from, limit })
        demandFacts(some, facts.slice(from - 1, from - 1 + limit), `from ${from}, at most ${limit},`)
      }
    }
    demandFacts(await store.read('read', { limit: 3 }), facts.slice(0, 3), 'at most 3')
  })
  add(
    'keeps the facts about agents like those of a run, and lists no run for them',
    async ({ store, reopen }) => {
      const facts = factsOfAgents(7)
      const journal = store.create(agentsJournal, owners[0])
      await append(store, journal, facts.slice(0, 3))
      await append(store, journal, facts.slice(3))
      await keep(store, await toldRun('beside'))
      const demandKept = async (kept: Store): Promise<void> => {
        demandFacts(await kept.read(agentsJournal), facts, 'about agents')
        const runs = await kept.runs()
        demand(runs.length === 1, `${runs.length} runs are listed, not 1`)
      }
      await demandKept(store)
      await store.release(journal)
      const { lastSeq } = store.open(agentsJournal, owners[1])
      demand(lastSeq === facts.length, `it is opened at fact ${lastSeq}, not ${facts.length}`)
      if (reopen !== undefined) await demandKept(await reopen())
    },
  )
  add('reads nothing of a run that it does not have', async ({ store }) => {
    await keep(store, await toldRun('another'))
    demandFacts(await store.read('nobody'), [], 'of a run that is not there')
  })
  add('gives what was read to the reader, who may do with the list as he likes', async ({ store }) => {
    const facts = await toldRun('mine')
    await keep(store, facts)
    const read = (await store.read('mine')) as RunFact[]
    read.reverse()
    read.length = 1
    demandFacts(await store.read('mine'), facts, 'after a reader changed the list')
  })
  add('reads a whole part of the journal while somebody appends to it', async ({ store }) => {
    const facts = await toldAtLength('busy', 400)
    const journal = store.create('busy', owners[0])
    await append(store, journal, facts.slice(0, 100))
    const writer = { isDone: false }
    const write = async (): Promise<void> => {
      for (let at = 100; at < facts.length; at += 20) {
        await append(store, journal, facts.slice(at, at + 20))
        await quiet(0)
      }
    }
    const writing = write().finally(() => {
      writer.isDone = true
    })
    while (!writer.isDone) {
      const read = await store.read('busy', { from: 51 })
      demand(read.length >= 50, `${read.length} facts were read where 50 were safe before`)
      demandFacts(read, facts.slice(50, 50 + read.length), 'while somebody appended')
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
    await writing
    demandFacts(await store.read('busy'), facts, 'after that')
  })
  add('takes many facts, long ones and many runs at once', async ({ store }) => {
    const many = await toldAtLength('many', 5_000)
    await append(store, store.create('many', owners[0]), many)
    demandFacts(await store.read('many'), many, 'after an append of 5,000')
    const [created, second] = await toldAtLength('long', 2)
    const long = [created!, { ...second!, message: 'ü🚀 '.repeat(250_000) } as RunFact]
    await append(store, store.create('long', owners[0]), long)
    demandFacts(await store.read('long'), long, 'after an append of a million characters')
    const runs = await Promise.all(Array.from({ length: 50 }, (_, index) => toldAtLength(`run-${index}`, 20)))
    const answers = await answersTo(
      store,
      runs.map((facts) => ({ journal: store.create(facts[0]!.runId, owners[0]), facts })),
    )
    demand(
      answers.every((answer) => answer === undefined),
      'an append to 50 runs was refused',
    )
    for (const facts of runs) demandFacts(await store.read(facts[0]!.runId), facts, 'of 50 runs')
  })
  addRunCases(add)
  addNameCases(add)
  add('may be closed when all is said', async ({ store }) => {
    await keep(store, await toldRun('last'))
    await store.close()
  })
  if (canReopen) addReopenCases(add)
}

function addRunCases(add: AddStoreCase): void {
  add('lists each run with the summary of its facts', async ({ store }) => {
    demandSummaries(await store.runs(), [], 'in a new store')
    const facts = await toldRun('listed', { labels: { team: 'a' } })
    const journal = store.create('listed', owners[0])
    for (const [index, fact] of facts.entries()) {
      await append(store, journal, [fact])
      demandSummaries(await store.runs(), [summaryOf(facts.slice(0, index + 1))], `after fact ${fact.seq}`)
    }
  })
  add('lists the runs that fit all that is asked, the latest first', async ({ store }) => {
    const runs = await Promise.all([
      toldRun('b', { name: 'shop', at: 1_000, labels: { team: 'blue', tier: '1' }, ends: 'completed' }),
      toldRun('d', { name: 'shop', at: 2_000, labels: { team: 'red' }, ends: 'failed' }),
      toldRun('a', { name: 'mill', at: 3_000, labels: { team: 'blue' }, ends: 'killed' }),
      toldRun('c', { name: 'shop', at: 4_000, ends: 'not' }),
    ])
    for (const facts of runs) await keep(store, facts)
    const [b, d, a, c] = runs.map(summaryOf)
    const asked: readonly (readonly [RunQuery | undefined, readonly unknown[]])[] = [
      [undefined, [c, a, d, b]],
      [{}, [c, a, d, b]],
      [{ status: 'completed' }, [b]],
      [{ status: 'failed' }, [d]],
      [{ status: 'killed' }, [a]],
      [{ status: 'running' }, [c]],
      [{ status: 'paused' }, []],
      [{ name: 'shop' }, [c, d, b]],
      [{ name: 'sho' }, []],
      [{ labels: { team: 'blue' } }, [a, b]],
      [{ labels: { team: 'blue', tier: '1' } }, [b]],
      [{ labels: { team: 'blue', tier: '2' } }, []],
      [{ labels: { toString: 'blue' } }, []],
      [{ labels: {} }, [c, a, d, b]],
      [{ since: 2_000 }, [c, a, d]],
      [{ since: 2_001 }, [c, a]],
      [{ limit: 2 }, [c, a]],
      [{ limit: 9 }, [c, a, d, b]],
      [{ name: 'shop', since: 2_000, limit: 1 }, [c]],
      [{ name: 'shop', status: 'failed', labels: { team: 'red' }, since: 1_500, limit: 5 }, [d]],
    ]
    for (const [query, found] of asked) {
      demandSummaries(await store.runs(query), found as never, `asked for ${JSON.stringify(query ?? 'all')}`)
    }
  })
}

/** Ids, labels and keys that are easily taken for each other. */
const odd =
  'a|A|a |a\'|a"|a\\|a\u0000b|a\u0000c|a/b|b/../a|a.|%61|a\nb|ü|u\u0308|a🚀|a🎉|\ud83d|\ude80|__proto__|toString'
    .split('|')
    .concat('x'.repeat(199), `${'x'.repeat(198)}y`)

function addNameCases(add: AddStoreCase): void {
  add('keeps runs apart whose ids, labels and keys look alike', async ({ store }) => {
    for (const text of odd) {
      const about = { labels: { [text]: text }, idempotencyKey: text }
      const facts = await toldRun(text, about)
      const journal = store.create(text, owners[0], about)
      await append(store, journal, facts)
    }
    for (const text of odd) {
      const shown = JSON.stringify(text)
      const ids = (await store.read(text)).map(({ runId }) => runId)
      demand(
        ids.length > 0 && ids.every((id) => id === text),
        `the facts of the run ${shown} are those of ${ids[0]}`,
      )
      const found = await store.runs({ labels: { [text]: text } })
      const isIt = found.length === 1 && found[0]?.runId === text && found[0].idempotencyKey === text
      demand(isIt, `of ${shown} ${found.length} runs were found, the first as ${JSON.stringify(found[0])}`)
    }
    for (const text of odd) {
      const other = { idempotencyKey: text }
      demandThrown(
        'KEY_TAKEN',
        () => store.create('other', owners[1], other),
        `the key ${JSON.stringify(text)}`,
      )
    }
  })
}

function addReopenCases(add: AddStoreCase): void {
  add('holds what was appended when it is closed and opened again', async (bench) => {
    const facts = await toldRun('kept')
    await keep(bench.store, facts.slice(0, 5))
    await bench.store.close()
    const again = await bench.reopen!()
    demandFacts(await again.read('kept'), facts.slice(0, 5), 'in the store opened again')
    demandSummaries(await again.runs(), [summaryOf(facts.slice(0, 5))], 'in the store opened again')
    await append(again, again.open('kept', owners[1]), facts.slice(5))
    demandFacts(await again.read('kept'), facts, 'after it went on')
    await again.close()
  })
  add('has what is safe at once for others, and refuses what comes from a fenced one', async (bench) => {
    const facts = await toldRun('shared')
    const before = await keep(bench.store, facts.slice(0, 4))
    const other = await bench.reopen!()
    demandFacts(await other.read('shared'), facts.slice(0, 4), 'in another store of the same')
    const after = other.open('shared', owners[1], { takeOver: true })
    const [refusal] = await answersTo(bench.store, [{ journal: before, facts: facts.slice(4, 6) }])
    demand(refusal !== undefined, 'what came from the earlier opener was appended')
    await append(other, after, facts.slice(4))
    demandFacts(await bench.store.read('shared'), facts, 'in the store of the earlier opener')
    await other.close()
    await bench.store.close()
  })
}
