import { DagmarError } from '../../errors/dagmar-error.ts'
import type { RunFact } from '../../events/facts.ts'
import { fold, type RunView } from '../../events/fold.ts'
import type { RunSummary } from '../../events/run-summary.ts'
import { type AnyDag, type Plan, planOf } from '../../graph/plan.ts'
import { badValue, readGiven } from '../../graph/read-values.ts'
import type { Journal, Owner, Store } from '../../ports/store.ts'
import { optionsIn } from '../run/created-fact.ts'
import { readJournal, refuseMissing } from '../dispatch-options.ts'
import type { RunHandle } from '../handle/run-handle.ts'
import { loadedFor } from '../run/loaded-for.ts'
import type { Run } from '../run/run.ts'
import type { RunRegistry } from '../run-registry.ts'
import type { RuntimeActor } from '../runtime-actor.ts'
import { runtimeClosed } from '../runtime-closed.ts'
import { recoverRun } from '../steps/recover-run.ts'
import { type DeadLetter, deadLettersOf, type HistoryQuery, historyOf } from './history.ts'
import { planChanges } from './plan-changes.ts'
import { refuseLost, refuseLostFor } from './lost-secrets.ts'
import { reapLive } from './reap-live.ts'

export interface RecoverOptions<Outputs = Readonly<Record<string, unknown>>> {
  /** The run's dag, or its plan. @default the one of `createRuntime({ dags })` with that name */
  readonly dag?: AnyDag<Outputs> | Plan<Outputs> | undefined
  /**
   * Goes on with a plan that is not the one the run had: tasks are the same where their ids are, new ones are open, and
   * those that are gone keep their outcome, if they have one. @default false
   */
  readonly acceptChanges?: boolean | undefined
  /**
   * Takes the run from a process that is alive, or stopped: from then on that one can write nothing. What it has started
   * is ended as after a crash. @default false
   */
  readonly takeOver?: boolean | undefined
  /** The run's input, where the store has not all of it because parts are secret. @default the one in the store */
  readonly input?: unknown
}

/** What `recoverAll` has found. */
export interface Recovered {
  /** The handles of the runs that go on. */
  readonly runs: readonly RunHandle[]
  /** The unsettled runs of the runtime's dags that do not, each with the reason. */
  readonly refused: readonly { readonly runId: string; readonly name: string; readonly error: Error }[]
}

/** What the runs of a store need of the runtime. */
export interface DurableHost {
  readonly root: RuntimeActor
  readonly store: Store | undefined
  readonly dags: readonly (AnyDag | Plan)[] | undefined
  readonly owner: Owner
  readonly registry: RunRegistry
  register(run: Run, isSeen: boolean): RunHandle
}

const isTruth = (value: unknown, path: string): boolean => {
  if (typeof value === 'boolean') return value
  throw badValue(path, value, 'true or false')
}

const readers = {
  dag: (value: unknown) => planOf(value as AnyDag | Plan),
  acceptChanges: isTruth,
  takeOver: isTruth,
  input: (value: unknown) => value,
}

/** The runs in a runtime's store, and what brings them back. Loaded when somebody asks for one of them. */
export class DurableRuns {
  readonly #host: DurableHost
  /** Those that are being recovered, so that asking twice is asking once. */
  readonly #underWay = new Map<string, Promise<RunHandle>>()
  /** Settles when all that were asked for up to now are taken over, or refused. */
  #allTaken: Promise<unknown> = Promise.resolve()
  /** Settles when the one that was asked for last goes on, or does not. */
  #latest: Promise<unknown> = Promise.resolve()

  constructor(host: DurableHost) {
    this.#host = host
  }

  recover(runId: string, options: RecoverOptions = {}): Promise<RunHandle> {
    const given = readGiven(options, readers, "recover's options object", '')
    const known = this.#host.registry.handleOf(runId)
    if (known !== undefined) return Promise.resolve(known)
    const underWay = this.#underWay.get(runId)
    if (underWay !== undefined) return underWay
    const recovered = this.#recover(runId, given).finally(() => this.#underWay.delete(runId))
    this.#underWay.set(runId, recovered)
    this.#latest = Promise.allSettled([recovered])
    return recovered
  }

  async recoverAll(): Promise<Recovered> {
    const names = new Set((this.#host.dags ?? []).map((dag) => planOf(dag).name))
    const runs: RunHandle[] = []
    const refused: { runId: string; name: string; error: Error }[] = []
    const isLeft = ({ runId, name, settledAt }: RunSummary): boolean =>
      settledAt === undefined && names.has(name) && this.#host.registry.handleOf(runId) === undefined
    // The oldest first, as they were dispatched.
    const open = (await this.#store().runs()).toReversed().filter(isLeft)
    const ends = await Promise.allSettled(open.map(({ runId }) => this.recover(runId)))
    for (const [index, { runId, name }] of open.entries()) {
      const end = ends[index]!
      if (end.status === 'fulfilled') runs.push(end.value)
      else refused.push({ runId, name, error: end.reason as Error })
    }
    return { runs, refused }
  }

  async history(query: HistoryQuery = {}): Promise<readonly RunSummary[]> {
    return historyOf(this.#store(), query)
  }

  async deadLetters(query: HistoryQuery = {}): Promise<readonly DeadLetter[]> {
    return deadLettersOf(this.#store(), query)
  }

  /**
   * What was left of any of the runs that are recovered at the same time has ended before one of them goes on: what they
   * share, such as pools and slots, is free only then. They go on in the order in which they were asked for.
   */
  async #recover(runId: string, given: GivenOptions): Promise<RunHandle> {
    const earlier = this.#latest
    const taking = this.#take(runId, given)
    this.#allTaken = Promise.allSettled([this.#allTaken, taking])
    await Promise.allSettled([taking])
    await this.#allTaken
    await earlier
    return this.#goOn(await taking, given)
  }

  /** Takes the run over, and ends what is left of it. */
  async #take(
    runId: string,
    { dag, acceptChanges = false, takeOver = false, input }: GivenOptions,
  ): Promise<TakenRun> {
    const { root, owner } = this.#host
    if (!root.isOpen) throw runtimeClosed()
    const store = this.#store()
    // What is refused is refused before anybody's journal is touched.
    const early = await journalOf(store, runId)
    const plan = this.#planFor(early.created, dag)
    const isChanged = plan.fingerprint !== fingerprintIn(early.facts)
    if (isChanged && !acceptChanges) {
      throw planChanged(early.view, plan)
    }
    refuseMissing(root.shared, plan, optionsIn(early.created, plan).pools)
    refuseLost(early, plan, input)
    await loadedFor({ plan, shared: root.shared })
    if (!root.isOpen) throw runtimeClosed()
    const journal = readJournal(store.open(runId, owner, { takeOver }))
    try {
      const { facts, view } = journal.lastSeq === early.view.seq ? early : await journalOf(store, runId)
      if (view.settledAt === undefined) await reapLive(view, root.shared.executors)
      return { plan, journal, facts, view, isChanged }
    } catch (thrown) {
      await store.release(journal)
      throw thrown
    }
  }

  async #goOn(
    { plan, journal, facts, view, isChanged }: TakenRun,
    { input }: GivenOptions,
  ): Promise<RunHandle> {
    const { root } = this.#host
    try {
      if (!root.isOpen) throw runtimeClosed()
      const run = recoverRun(root, plan, journal, facts, { view, isChanged, input })
      const handle = this.#host.register(run, true)
      if (run.isSettled) {
        run.refuseRedrive = (again) =>
          refuseLostFor(
            facts,
            plan,
            plan.tasks.filter(({ index }) => again.has(index)),
            input,
          )
        this.#host.registry.release(run)
      }
      return handle
    } catch (thrown) {
      await this.#store().release(journal)
      throw thrown
    }
  }

  #store(): Store {
    if (this.#host.store !== undefined) return this.#host.store
    throw new DagmarError('CONFIG_INVALID', {
      message: 'The runtime has no store, so that it knows of no runs but those that it runs itself.',
      hint: "Give it one: createRuntime({ store: sqlite('runs.db') }).",
    })
  }

  #planFor({ runId, name }: Created, dag: Plan | undefined): Plan {
    const plan = dag ?? this.#host.dags?.map((one) => planOf(one)).find((one) => one.name === name)
    if (plan !== undefined) return plan
    throw new DagmarError('DAG_MISSING', {
      message: `The run ${runId} is one of the dag '${name}', which the runtime does not know.`,
      hint: 'Give it: recover(runId, { dag }), or createRuntime({ dags: [dag] }).',
      facts: { runId, name },
    })
  }
}

type GivenOptions = ReturnType<typeof readGiven<typeof readers>>

/** A run whose journal is ours, and of which nothing runs. */
interface TakenRun {
  readonly plan: Plan
  readonly journal: Journal
  readonly facts: readonly RunFact[]
  readonly view: RunView
  readonly isChanged: boolean
}

type Created = Extract<RunFact, { type: 'run.created' }>

interface ReadJournal {
  readonly facts: readonly RunFact[]
  readonly view: RunView
  readonly created: Created
}

async function journalOf(store: Store, runId: string): Promise<ReadJournal> {
  const facts = await store.read(runId)
  const [created] = facts
  if (created?.type === 'run.created') return { facts, view: fold(facts), created }
  throw new DagmarError('RUN_UNKNOWN', {
    message: `The store has no run '${runId}'${created === undefined ? '' : ' with a beginning'}.`,
    facts: { runId },
  })
}

/** That of the plan that the run had last. */
function fingerprintIn(facts: readonly RunFact[]): string | undefined {
  const last = facts.findLast((fact) => 'fingerprint' in fact && fact.fingerprint !== undefined)
  return (last as Created | undefined)?.fingerprint
}

function planChanged({ runId, name, structure }: RunView, plan: Plan): DagmarError {
  return new DagmarError('PLAN_CHANGED', {
    message: `The plan of '${name}' is not the one that the run ${runId} began with: ${planChanges(structure, plan.structure)}.`,
    hint: 'Recover it with that plan, or with acceptChanges: true.',
    facts: { runId, fingerprint: plan.fingerprint },
  })
}
