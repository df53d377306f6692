import { DagmarError } from '../errors/dagmar-error.ts'
import { type AnyDag, type Plan, planOf } from '../graph/plan.ts'
import { agentFaults } from './variants/agent-fault.ts'
import { explore, exploreCrash, type ExploredRun, type ExploredDag } from './explore/explored-run.ts'
import { Exposure } from './report/exposure.ts'
import { endsRun, type DagFault, faultsOf } from './variants/fault.ts'
import { formatReport } from './report/format-report.ts'
import { sampled } from './variants/sampled.ts'
import { type CheckDagOptions, type CheckSettings, readCheckOptions } from './options.ts'
import {
  type LoadFastCheck,
  loadFastCheck,
  seekTroubles,
  type VariantParts,
} from './variants/random-variants.ts'
import { type DagFinding, type DagReport, explorableAnswers } from './report/report.ts'
import { seeded } from '../chance/seeded.ts'
import { singleFaults } from './variants/single-faults.ts'
import { smallestVariant } from './variants/smallest-variant.ts'
import { type TalliedPlan, talliedPlan } from './explore/tallied-plan.ts'
import { variantsForRule } from './variants/variants-for-rule.ts'
import { nothingHappens, partsOf, type Variant, variantOf } from './variants/variant.ts'
import { timelineOf } from './report/timeline.ts'
import { agentsWatcher } from './watchers/agents.ts'
import { baselineWatcher } from './watchers/baseline.ts'
import { crashesWatcher } from './watchers/crashes.ts'
import { guaranteesWatcher } from './watchers/broken-guarantees.ts'
import { ignoredWatcher } from './watchers/ignored.ts'
import { promisesWatcher } from './watchers/promises.ts'
import { rulesWatcher, type RulesWatcher } from './watchers/rules.ts'
import { runTimeoutWatcher } from './watchers/run-timeout.ts'
import { settlementWatcher } from './watchers/settlement.ts'
import { standstillWatcher } from './watchers/standstill.ts'
import type { FindingDraft, Watcher } from './watchers/watcher.ts'

/**
 * Explores what may happen to the runs of a dag. The runtime is the real one, with a simulated clock; handlers and
 * commands are not called, but replaced by scripts. Every single fault is tried, then random faults, lengths and
 * answers. Rules that are functions are called, and so are the promises. Every run is bounded, so that the check ends
 * whatever the dag does. The same seed finds the same.
 *
 * Rejects with what `plan()` throws for a dag that is not valid, `CONFIG_INVALID`, `DURATION_INVALID` or `TASK_UNKNOWN`
 * for options that make no sense, and with `PEER_MISSING` when random runs are asked for without fast-check.
 */
export async function checkDag<Outputs, Input>(
  dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
  options: CheckDagOptions = {},
): Promise<DagReport> {
  return checkDagWith(dag as AnyDag | Plan, options, loadFastCheck)
}

/** `checkDag`, with a function that loads fast-check. */
export async function checkDagWith(
  dag: AnyDag | Plan,
  options: CheckDagOptions,
  load: LoadFastCheck,
): Promise<DagReport> {
  const plan = planOf(dag)
  const settings = readCheckOptions(plan, options)
  const check = new DagCheck(plan, settings)
  return check.run(load)
}

class DagCheck {
  readonly #plan: Plan
  readonly #settings: CheckSettings
  readonly #tallied: TalliedPlan
  readonly #dag: ExploredDag
  readonly #next: () => number
  readonly #watchers: readonly Watcher[]
  readonly #rules: RulesWatcher
  readonly #known = new Set<string>()
  #runs = 0
  #crashes = 0
  #planned = 0
  #settles = true

  constructor(plan: Plan, settings: CheckSettings) {
    this.#plan = plan
    this.#settings = settings
    const { agents } = settings
    this.#tallied = talliedPlan(plan, agents !== undefined)
    this.#dag = {
      plan: this.#tallied.plan,
      concurrency: settings.concurrency,
      pools: settings.pools,
      durationMs: ({ index }) => settings.durationsMs[index]!,
      outputOf: ({ id }) => (settings.outputs.has(id) ? settings.outputs.get(id) : `output of ${id}`),
      timeLimitMs: settings.timeLimitMs,
      agents,
    }
    this.#next = seeded(settings.seed)
    this.#rules = rulesWatcher(plan, this.#tallied, settings)
    this.#watchers = [
      settlementWatcher(plan),
      standstillWatcher(plan),
      guaranteesWatcher(this.#tallied.answered, this.#dag),
      promisesWatcher(settings.promises),
      baselineWatcher(plan),
      this.#rules,
      runTimeoutWatcher(plan),
      ignoredWatcher(plan),
      crashesWatcher(plan),
      ...(agents === undefined ? [] : [agentsWatcher(plan, agents)]),
    ]
  }

  async run(load: LoadFastCheck): Promise<DagReport> {
    const { tasks } = this.#plan
    const { seed, faults, runs } = this.#settings
    const singles = singleFaults(tasks, faults, this.#settings.singleFaults, this.#next)
    const { wholeKinds } = singles
    const ofAgents = agentFaults(tasks, this.#settings.agents?.list ?? [], faults)
    const triedAgents = sampled(ofAgents, this.#settings.singleFaults, this.#next)
    this.#planned = 1 + singles.tried.length + triedAgents.length + runs
    const baseline = await this.#see(nothingHappens)
    const exposure = new Exposure(this.#plan, baseline)
    await this.#crash(baseline)
    let combinations = await this.#decline()
    const spoilsport = new Set<DagFault>()
    /** For each task that runs only after a fault, that fault. */
    const triggers = new Map<string, DagFault>()
    for (const fault of singles.tried) {
      const run = await this.#see(variantOf(fault))
      // For kinds that were tried on some tasks only, the table would be silently incomplete.
      if (wholeKinds.size === 0 || wholeKinds.has(fault.kind)) exposure.see(run)
      if (run.standstill !== undefined) spoilsport.add(fault)
      for (const { type, taskId } of run.facts) {
        if (type !== 'task.started' || exposure.runsAnyway(taskId) || triggers.has(taskId)) continue
        if (!endsRun.has(fault.kind)) triggers.set(taskId, fault)
      }
      combinations += await this.#answer(run)
      await this.#crash(run)
    }
    for (const fault of triedAgents) {
      const run = await this.#see({ ...nothingHappens, agents: [fault] })
      combinations += await this.#answer(run)
      await this.#crash(run)
    }
    combinations += await this.#strikeWhatRunsOnFailure(triggers)
    combinations += await this.#fireRules()
    // A fault that keeps a run from settling would hide everything else that is wrong.
    const telling = singles.all.filter((fault) => !spoilsport.has(fault))
    const random = await this.#random({ faults: telling, agents: ofAgents }, load)
    const findings = await this.#findings()
    return reportWith({
      name: this.#plan.name,
      ok: findings.every(({ severity }) => severity !== 'error'),
      settles: this.#settles,
      seed,
      explored: {
        runs: this.#runs,
        singleFaults: singles.tried.length,
        allSingleFaults: singles.all.length,
        agentFaults: triedAgents.length,
        wholeKinds: [...wholeKinds],
        combinations,
        ...random,
      },
      findings,
      tasks: exposure.tasks(),
      consequences: exposure.consequences(),
    })
  }

  /** Plays a variant, and shows the run to all watchers. */
  async #see(variant: Variant): Promise<ExploredRun> {
    const run = await this.#play(variant)
    for (const watcher of this.#watchers) {
      watcher.see(run)
      for (const trouble of watcher.troublesIn(run)) this.#known.add(trouble)
    }
    return run
  }

  async #play(variant: Variant): Promise<ExploredRun> {
    const run = await explore(this.#dag, variant)
    this.#count(run)
    return run
  }

  #count({ standstill }: ExploredRun): void {
    if (standstill !== undefined) this.#settles = false
    this.#runs++
    this.#settings.onProgress?.({ done: this.#runs, of: Math.max(this.#planned, this.#runs) })
  }

  /** Lets the coordinator die after each fact of a run. */
  async #crash(run: ExploredRun): Promise<void> {
    if (!this.#settings.crashes || run.result === undefined) return
    for (let seq = 1; seq < run.facts.length && this.#crashes < this.#settings.singleFaults; seq++) {
      await this.#crashAfter(run, seq)
    }
  }

  async #crashAfter(run: ExploredRun, seq: number): Promise<void> {
    this.#crashes++
    const crashed = await exploreCrash(this.#dag, run, seq)
    this.#count(crashed)
    this.#note(crashed)
  }

  #troublesIn(run: ExploredRun): readonly string[] {
    return this.#watchers.flatMap((watcher) => watcher.troublesIn(run))
  }

  /** The other answers to the tasks that asked in a run, one task at a time. */
  async #answer({ asked, variant }: ExploredRun): Promise<number> {
    let count = 0
    for (const taskId of asked) {
      for (const answers of explorableAnswers) {
        await this.#see({ ...variant, answers: [{ taskId, answers }] })
        count++
      }
    }
    return count
  }

  /** A person says no to what asks whether it may start, one task at a time. Everywhere else the answer is yes. */
  async #decline(): Promise<number> {
    const asking = this.#plan.tasks.filter(({ confirm }) => confirm !== undefined)
    for (const { id: taskId } of asking)
      await this.#see({ ...nothingHappens, answers: [{ taskId, answers: ['no'] }] })
    return asking.length
  }

  /** Tries faults on tasks that run only when something has gone wrong before. */
  async #strikeWhatRunsOnFailure(triggers: ReadonlyMap<string, DagFault>): Promise<number> {
    let count = 0
    for (const [taskId, trigger] of triggers) {
      const task = this.#plan.tasks[this.#plan.indexOf(taskId)!]!
      for (const kind of faultsOf(task, this.#settings.faults)) {
        if (count >= this.#settings.singleFaults) return count
        count += 1 + (await this.#answer(await this.#see(variantOf(trigger, { taskId, kind }))))
      }
    }
    return count
  }

  /** Lets dependencies of tasks that have never started fail in many combinations. */
  async #fireRules(): Promise<number> {
    if (!this.#settings.faults.has('fails')) return 0
    let count = 0
    for (const task of this.#rules.unmet()) {
      for (const variant of variantsForRule(this.#plan, task, this.#next)) {
        if (count >= this.#settings.singleFaults || !this.#rules.unmet().includes(task)) break
        count += 1 + (await this.#answer(await this.#see(variant)))
      }
    }
    return count
  }

  async #random(
    given: Pick<VariantParts, 'faults' | 'agents'>,
    load: LoadFastCheck,
  ): Promise<{ readonly random: number; readonly withoutRandom?: string }> {
    const { runs, seed, wantsRandom } = this.#settings
    const { tasks } = this.#plan
    if (runs === 0 || tasks.length === 0) return { random: 0 }
    const parts = {
      ...given,
      taskIds: tasks.map(({ id }) => id),
      askingIds: tasks
        .filter(({ policy, confirm }) => policy.onFailure === 'ask' || confirm !== undefined)
        .map(({ id }) => id),
    }
    try {
      const smallest: Variant[] = []
      const random = await seekTroubles(await load(), parts, {
        seed,
        runs,
        isKnown: (trouble) => this.#known.has(trouble),
        play: async (variant) => {
          const run = await this.#play(variant)
          const troubles = this.#troublesIn(run)
          // A run with a new trouble is shown to the watchers only when the smallest variant of the trouble is known.
          if (troubles.every((trouble) => this.#known.has(trouble))) {
            this.#note(run)
            const { length } = run.facts
            if (this.#settings.crashes && run.result !== undefined && length > 1)
              await this.#crashAfter(run, 1 + Math.floor(this.#next() * (length - 1)))
          }
          return troubles
        },
        found: (trouble, variant) => {
          this.#known.add(trouble)
          smallest.push(variant)
        },
      })
      for (const variant of smallest) await this.#see(variant)
      return { random }
    } catch (thrown) {
      if (wantsRandom || !(thrown instanceof DagmarError) || thrown.code !== 'PEER_MISSING') throw thrown
      return { random: 0, withoutRandom: `${thrown.problem} ${thrown.hint ?? ''}`.trim() }
    }
  }

  #note(run: ExploredRun): void {
    for (const watcher of this.#watchers) watcher.see(run)
  }

  async #findings(): Promise<readonly DagFinding[]> {
    const drafts = this.#watchers.flatMap((watcher) => watcher.drafts())
    const findings: DagFinding[] = []
    for (const draft of drafts) findings.push(await this.#finding(draft))
    const gravity = { error: 0, warning: 1, note: 2 }
    return findings.toSorted((a, b) => gravity[a.severity] - gravity[b.severity])
  }

  async #finding(draft: FindingDraft): Promise<DagFinding> {
    const { code, severity, hint, taskIds, trouble } = draft
    const variant = await this.#smallest(draft.variant, trouble)
    return {
      code,
      severity,
      sentence:
        typeof draft.sentence === 'string' ? draft.sentence : draft.sentence(variant ?? nothingHappens),
      hint,
      taskIds,
      faults: variant?.faults ?? [],
      agentFaults: variant?.agents ?? [],
      paces: variant?.paces ?? [],
      answers: variant?.answers ?? [],
      story: variant === undefined ? [] : timelineOf(await this.#play(variant), taskIds),
    }
  }

  async #smallest(variant: Variant | undefined, trouble: string | undefined): Promise<Variant | undefined> {
    if (variant === undefined || trouble === undefined) return variant
    if (partsOf(variant) < 2) return variant
    return smallestVariant(variant, async (smaller) =>
      this.#troublesIn(await this.#play(smaller)).includes(trouble),
    )
  }
}

function reportWith(found: Omit<DagReport, 'toString'>): DagReport {
  const report: Omit<DagReport, 'toString'> = { ...found }
  return Object.defineProperty(report, 'toString', { value: () => formatReport(report).join('\n') })
}
