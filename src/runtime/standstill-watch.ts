import { traitsOf } from '../executors/built-in.ts'
import { showMs } from '../time/show-ms.ts'
import type { TimerId } from '../time/clock.ts'
import type { LiveTask } from './run/live-task.ts'
import type { Run } from './run/run.ts'
import type { RuntimeActor } from './runtime-actor.ts'

/** How long all slots are held by the same handlers before that is worth a word. */
const patienceMs = 10_000

/** Since when a run has waited for a slot, and how many had been given back by then. */
interface Waiting {
  readonly run: Run
  readonly since: number
  readonly givenBack: number
}

/**
 * Handlers that dispatch on their own full runtime and wait for that run wait for ever, if all that hold a slot do so.
 * Nobody can see what a handler waits for. But where a run was dispatched while all slots were held, and none has been
 * given back for a while, that may be why: `why` says so, and the first time the tasks that hold them are warned.
 */
export class StandstillWatch {
  readonly #root: RuntimeActor
  #waiting: Waiting | undefined
  #timer: TimerId
  #hasWarned = false

  constructor(root: RuntimeActor) {
    this.#root = root
    root.shared.standstill = () => this.#sentence()
  }

  /** A run was dispatched while the runtime was full. */
  dispatched(run: Run): void {
    const { slots } = this.#root.shared.admission.slots
    if (!slots.isFull) return
    const waiting = this.#waiting
    if (waiting?.givenBack === slots.givenBack && !waiting.run.isClosed) return
    this.#waiting = { run, since: this.#root.shared.clock.now(), givenBack: slots.givenBack }
    this.#timer ??= this.#root.shared.clock.setTimeout(() => this.#look(), patienceMs)
  }

  /** A run has settled. */
  settled(): void {
    const { clock, admission } = this.#root.shared
    if (this.#waiting === undefined || admission.slots.slots.isFull) return
    this.#waiting = undefined
    clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    this.#timer = undefined
    const waiting = this.#waiting
    if (waiting === undefined || !this.#stands(waiting)) return
    const { clock, macrostep } = this.#root.shared
    const leftMs = waiting.since + patienceMs - clock.now()
    if (leftMs > 0) this.#timer = clock.setTimeout(() => this.#look(), leftMs)
    else if (!this.#hasWarned) {
      this.#hasWarned = true
      macrostep.run(() => this.#warn())
    }
  }

  #stands({ run, givenBack }: Waiting): boolean {
    const { slots } = this.#root.shared.admission.slots
    if (!slots.isFull || slots.givenBack !== givenBack) return false
    return (
      run.dagContext.state === 'running' &&
      run.live.size === 0 &&
      !run.isClosed &&
      this.#holders().every(isHandler)
    )
  }

  #holders(): readonly LiveTask[] {
    return [...this.#root.runs.values()].flatMap((run) => [...run.live].filter(({ isHolding }) => isHolding))
  }

  #warn(): void {
    const message = this.#sentence()!
    for (const live of this.#holders()) {
      const { state, taskId, attempt } = live.context
      if (state === 'running') live.run.tellTask(live, { type: 'task.warned', taskId, attempt, message })
    }
  }

  #sentence(): string | undefined {
    const waiting = this.#waiting
    if (waiting === undefined || !this.#stands(waiting)) return undefined
    const { admission, clock } = this.#root.shared
    const ms = clock.now() - waiting.since
    if (ms < patienceMs) return undefined
    const { limit } = admission.slots.slots
    const held = limit === 1 ? 'The only slot of the runtime has' : `All ${limit} slots of the runtime have`
    return `${held} been held by the same handlers for ${showMs(ms)}, while the run ${waiting.run.id}, dispatched after they began, waits for one: a handler that waits for a run of its own runtime has to start it by ctx.run.`
  }
}

function isHandler({ task, lane, context }: LiveTask): boolean {
  // One that waits for its claim is not at work yet.
  if (context.state === 'dispatched') return false
  return typeof task.work === 'function' || traitsOf(lane.load.name).worksHere
}
