import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe } from 'vitest'
import { DagmarError } from '../../src/errors/dagmar-error.ts'
import { isRunFact, type RunFact } from '../../src/events/facts.ts'
import { RunFolder, type RunView } from '../../src/events/fold.ts'
import type { RunHandle } from '../../src/runtime/handle/run-handle.ts'
import { createRuntime } from '../../src/runtime/create-runtime.ts'
import { anyScenario } from '../scenario/any-scenario.ts'
import { playRecovery } from '../scenario/play-recovery.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { planOfScenario } from '../scenario/scenario-plan.ts'
import { isSameFact } from '../scenario/same-fact.ts'
import { type DurableStore, durableStores } from '../stores/durable-stores.ts'
import { law } from './law.ts'
import { anyUndisturbed, crashed, isSound, settledOtherwise } from './recovered-runs.ts'

const folder = mkdtempSync(join(tmpdir(), 'dagmar-law-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const newPath = (): string => join(folder, String(count++))

/** A disk takes its time. */
const share = 0.12

/** Plays a scenario of one run and notes what its view says at each of its facts. */
async function playWatched(scenario: Scenario) {
  const views = new Map<number, string>()
  const watch = (run: RunHandle): RunHandle => {
    run.events$.subscribe((fact) => {
      if (!isRunFact(fact)) return
      const view = run.view()
      views.set(view.seq, inWords(view))
    })
    return run
  }
  const { runConcurrency: concurrency, runTimeout } = scenario
  const played = await playScenario(scenario, {
    begin: (options) => [
      watch(
        createRuntime(options).dispatch(planOfScenario(scenario), {
          id: 'run-1',
          concurrency,
          ...(runTimeout === Number.POSITIVE_INFINITY ? {} : { timeout: runTimeout }),
        }),
      ),
    ],
  })
  return { views, journal: played.runs[0]!.journal }
}

/** What facts say of a run: signs of work and progress pass, and are in no journal. */
function inWords(view: RunView): string {
  const tasks = [...view.tasks.values()].map(({ lastSignAt: _sign, progress: _progress, ...task }) => task)
  return JSON.stringify({ ...view, tasks })
}

/** Writes facts into a store, so many at once. */
async function write(store: ReturnType<DurableStore['open']>, facts: readonly RunFact[], atOnce: number) {
  const journal = store.create(facts[0]!.runId, { id: 'dead' })
  for (let at = 0; at < facts.length; at += atOnce) {
    const answers = await store.append([{ journal, facts: facts.slice(at, at + atOnce) }])
    if (answers?.[0] !== undefined) throw answers[0]
  }
}

/** The facts that another process reads after a crash in which the last file was cut off: of all its bytes this share is there. */
async function readAfterCut(
  { open }: DurableStore,
  facts: readonly RunFact[],
  cut: number,
): Promise<readonly RunFact[]> {
  const [path, copy] = [newPath(), newPath()]
  const store = open(path, { durability: 'normal' })
  await write(store, facts, 3)
  // While it is open: the log of a database that is closed is empty.
  const last = copied(path, copy)
  truncateSync(last, Math.floor(statSync(last).size * cut))
  await store.close()
  const later = open(copy, { durability: 'normal' })
  try {
    return await later.read(facts[0]!.runId)
  } catch (thrown) {
    // What no crash leaves, such as a file without its first line, is refused.
    if (thrown instanceof DagmarError && thrown.code === 'STORE_DAMAGED') return []
    throw thrown
  } finally {
    await later.close()
  }
}

/** Copies the files of a store, and returns the one that was written last. */
function copied(path: string, copy: string): string {
  if (!statSync(path).isDirectory()) {
    copyFileSync(path, copy)
    copyFileSync(`${path}-wal`, `${copy}-wal`)
    return `${copy}-wal`
  }
  cpSync(path, copy, { recursive: true })
  const [name] = readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((one) =>
    one.endsWith('.ndjson'),
  )
  return join(copy, name!)
}

describe.each(durableStores)('over $name', (kind) => {
  law(
    'Replaying the journal gives the live state, for every prefix.',
    anyScenario({ runs: 1 }),
    async (scenario) => {
      const { views, journal } = await playWatched(scenario)
      const path = newPath()
      const store = kind.open(path, { durability: 'normal' })
      await write(store, journal, 5)
      await store.close()
      const later = kind.open(path, { durability: 'normal' })
      const facts = await later.read('run-1')
      await later.close()
      const folder = new RunFolder()
      const breaches = facts.flatMap((fact) => {
        folder.apply(fact)
        const live = views.get(fact.seq)
        return live === inWords(folder.view()) ? [] : [`the live state at ${fact.seq} was ${live}`]
      })
      return facts.length === journal.length ? breaches : [`${journal.length - facts.length} facts are lost`]
    },
    share,
  )

  law(
    'A crash at any fact, followed by recovery, settles the same tasks the same way for the same later reports; completed tasks do not run again.',
    fc.tuple(
      anyUndisturbed(),
      fc.integer({ min: 0, max: 10_000 }).map((of) => of / 10_000),
    ),
    async ([scenario, cut]) => {
      const uncut = (await playScenario(scenario)).runs[0]!
      const facts = await readAfterCut(kind, uncut.facts, cut)
      const isPrefix = facts.every((fact, index) => isSameFact(fact, uncut.facts[index]))
      if (!isPrefix) return ['the cut store has other facts']
      // There was no run yet, or it had come to its end.
      if (facts.length === 0 || facts.length === uncut.facts.length) return []
      const recovered = await playRecovery(scenario, facts)
      return [
        ...settledOtherwise(scenario, uncut, recovered.runs[0]!),
        ...isSound(scenario, recovered, facts),
      ].map((breach) => crashed(breach, facts))
    },
    share,
  )
})
