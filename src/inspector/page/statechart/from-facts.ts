import type { RunState } from '../../../../machines/dag.ts'
import type { StopReason, TaskState } from '../../../../machines/task-context.ts'
import { droppedOutput, type RunFact } from '../../../events/facts.ts'
import type { ActorName } from '../../protocol.ts'
import { addTo } from '../state/grouped.ts'
import { countHolding } from '../state/sorted.ts'

/** What an actor of dagmar did, as facts tell of it. States are named by their keys. */
export interface Step {
  /** The fact that tells of it. */
  readonly seq: number
  readonly at: number
  /** Whom the event comes from. */
  readonly source: ActorName
  readonly actor: ActorName
  /** The event that led to it. Where facts leave that open, the likeliest one comes first. */
  readonly events: readonly [string, ...string[]]
  /** Absent for the start of an actor. */
  readonly from?: string
  /** The state that it is in now: the same as before where the event has an effect and changes no state. */
  readonly to: string
}

type TaskFact = Extract<RunFact, { taskId: string }>
type OfRun = Exclude<RunFact, TaskFact>

/** What is known of a task's actor. */
interface Known {
  /** Absent before it has an actor. */
  state: TaskState | undefined
  executor: string
  /** The event that the next fact about its end tells of, if an earlier fact has said so. */
  ending: string | undefined
  /** The event that an earlier fact has told of together with the next one. */
  told: string | undefined
}

/** XState's own event with which an actor starts. */
const init = 'xstate.init'
/** Each of these confirms the end of an attempt; facts do not say which one it was. */
const lastReports = ['attempt.ended', 'attempt.failed', 'attempt.rejected', 'attempt.completed'] as const

/**
 * Reads what dagmar's own actors did from the facts of a run, in order. Events without an effect that facts tell of,
 * such as heartbeats, are not in it.
 */
export class StepReader {
  readonly steps: Step[] = []
  /** The places in `steps` of what each actor did. */
  readonly #ofActor = new Map<ActorName, number[]>()
  readonly #tasks = new Map<string, Known>()
  #run: RunState | undefined
  #read = 0

  /** Takes the facts that it has not read yet. `facts` are all of the run, from the first on. */
  readOn(facts: readonly RunFact[]): void {
    for (; this.#read < facts.length; this.#read++) {
      const fact = facts[this.#read]!
      if (fact.taskId === undefined) this.#readRun(fact)
      else this.#readTask(fact, facts[this.#read + 1])
    }
  }

  /** What an actor did, in order. */
  of(actor: ActorName): readonly Step[] {
    return (this.#ofActor.get(actor) ?? []).map((place) => this.steps[place]!)
  }

  /** The last thing that an actor did up to the fact with that `seq`. */
  last(actor: ActorName, seq: number): Step | undefined {
    const places = this.#ofActor.get(actor) ?? []
    const count = countHolding(places.length, (at) => this.steps[places[at]!]!.seq <= seq)
    return this.steps[places[count - 1]!]
  }

  #add(step: Step): void {
    addTo(this.#ofActor, step.actor, this.steps.length)
    this.steps.push(step)
  }

  #readRun(fact: OfRun): void {
    const { seq, at } = fact
    const from = this.#run
    const dag = (events: Step['events'], to: RunState, source: ActorName = 'runtime'): void => {
      this.#add({ seq, at, source, actor: 'dag', events, ...(from === undefined ? {} : { from }), to })
      this.#run = to
    }
    const settled = (to: RunState): void => {
      dag(['run.settled'], to, 'dag')
      this.#add({ seq, at, source: 'dag', actor: 'runtime', events: ['xstate.done.actor.dag'], to: '' })
    }
    switch (fact.type) {
      case 'run.created':
        this.#add({ seq, at, source: 'outside', actor: 'runtime', events: ['runtime.dispatch'], to: '' })
        return dag([init], 'running')
      case 'run.started':
        return dag(['run.start'], 'running')
      case 'run.paused':
        return dag(['run.pause'], 'paused')
      case 'run.resumed':
        return dag(['run.resume'], 'running')
      case 'run.draining':
        return dag(['run.drain'], 'draining')
      case 'run.killing':
        return fact.ending === 'killed'
          ? dag(['run.kill', 'run.abort'], 'killing')
          : dag(fact.endsTeardowns === true ? ['run.abort', 'run.kill'] : ['run.abort'], 'killing', 'dag')
      case 'run.recovered':
        // What was under way when the coordinator died was never done.
        for (const known of this.#tasks.values()) known.ending = known.told = undefined
        return dag(['run.recover'], from ?? 'running')
      case 'run.redriven':
        this.#run = undefined
        this.#add({ seq, at, source: 'outside', actor: 'runtime', events: ['runtime.dispatch'], to: '' })
        this.#add({ seq, at, source: 'runtime', actor: 'dag', events: [init], to: 'running' })
        this.#add({
          seq,
          at,
          source: 'runtime',
          actor: 'dag',
          events: ['run.reopen'],
          from: 'running',
          to: 'running',
        })
        this.#run = 'running'
        return
      case 'run.completed':
        return settled('completed')
      case 'run.failed':
        return settled('failed')
      case 'run.killed':
        return settled('killed')
    }
  }

  #readTask(fact: TaskFact, next: RunFact | undefined): void {
    const { seq, at, taskId } = fact
    const known = this.#known(taskId)
    const actor = `task/${taskId}`
    const add = (source: ActorName, events: Step['events'], to: TaskState): void => {
      const from = known.state
      this.#add({ seq, at, source, actor, events, ...(from === undefined ? {} : { from }), to })
      known.state = to
    }
    const worker = (): ActorName => `executor/${known.executor}`
    const begun = (): void => {
      if (known.state === undefined) add('dag', [init], 'dispatched')
    }
    const told = (event: string): boolean => {
      const isTold = known.told === event
      known.told = undefined
      return isTold
    }
    switch (fact.type) {
      case 'task.ready':
      case 'task.skipped':
      case 'task.redriven':
        known.state = undefined
        return
      case 'task.dispatched':
        known.executor = fact.executor
        return begun()
      case 'task.deferred':
        if (known.state === 'starting') return add(worker(), ['attempt.rejected'], 'dispatched')
        begun()
        return add('dag', ['task.defer'], 'dispatched')
      case 'dispatch.no-agent':
      case 'dispatch.claim-failed':
      case 'dispatch.quota-exceeded':
        begun()
        return add('dag', [fact.dispatchAttempt === undefined ? 'task.defer' : 'task.refuse'], 'dispatched')
      case 'task.starting':
        return add('dag', ['task.grant'], 'starting')
      case 'task.started':
        return add(worker(), ['attempt.started'], 'running')
      case 'task.claimed':
      case 'task.placed':
      case 'task.dead-lettered':
        return
      case 'task.warned':
        if (told('attempt.warned')) return
        if (known.state === 'stopping' && fact.message === droppedOutput) known.ending = 'attempt.completed'
        else add(worker(), ['attempt.warned'], known.state ?? 'running')
        return
      case 'task.asked':
        // Before it may start it has no actor: its dag actor takes the answer.
        if (fact.of === 'confirm') return
        if (fact.of === 'failure') return this.#ended(known, 'dispatched', add, worker())
        if (!told('attempt.asked')) add(worker(), ['attempt.asked'], 'running')
        return
      case 'task.answered':
        if (known.state === undefined) return this.#confirmed(fact)
        if (known.state === 'dispatched' && fact.answer !== 'retry') known.ending = 'task.answer'
        else add('dag', ['task.answer'], known.state ?? 'running')
        return
      case 'task.stalled':
        return add('dag', ['task.due'], 'stalled')
      case 'task.unstalled': {
        const sign = signIn(fact, next)
        known.told = sign
        return add(worker(), [sign], 'running')
      }
      case 'task.stopping':
        known.told = undefined
        return add('dag', [stoppedBy[fact.reason] ?? 'task.due'], 'stopping')
      case 'task.abandoned':
        known.ending = 'task.due'
        return
      case 'task.interrupted':
        known.state = undefined
        return add('dag', [init], 'dispatched')
      case 'task.retrying':
        return this.#ended(known, 'dispatched', add, worker())
      case 'task.completed':
        add(worker(), ['attempt.completed'], 'completed')
        return this.#settled(fact)
      case 'task.failed':
        if (known.state === undefined) return
        this.#ended(known, 'failed', add, worker())
        this.#settled(fact)
        return
      case 'task.killed':
        // A task that has not been taken up has no actor.
        if (known.state === undefined) return
        if (known.state === 'dispatched') add('dag', ['task.kill'], 'killed')
        else this.#ended(known, 'killed', add, worker())
        this.#settled(fact)
    }
  }

  /** The answer whether a task may start. */
  #confirmed({ seq, at, expired }: Extract<TaskFact, { type: 'task.answered' }>): void {
    const to = this.#run ?? 'running'
    const source = expired === true ? 'dag' : 'outside'
    this.#add({ seq, at, source, actor: 'dag', events: ['run.confirm'], from: to, to })
  }

  #known(taskId: string): Known {
    const known = this.#tasks.get(taskId)
    if (known !== undefined) return known
    const made: Known = { state: undefined, executor: 'unknown', ending: undefined, told: undefined }
    this.#tasks.set(taskId, made)
    return made
  }

  /** The end of an attempt, or of a task that waited. */
  #ended(
    known: Known,
    to: TaskState,
    add: (source: ActorName, events: Step['events'], to: TaskState) => void,
    worker: ActorName,
  ): void {
    const { ending, state } = known
    known.ending = undefined
    // Without an attempt it was decided by who recovered the run, and no actor was asked.
    if (ending === undefined && state === 'dispatched') known.state = to
    else if (ending !== undefined) add(ending.startsWith('task.') ? 'dag' : worker, [ending], to)
    else if (state === 'stopping') add(worker, [...lastReports], to)
    else add(worker, ['attempt.failed'], to)
  }

  /** The end of a task's actor, which its dag actor hears. */
  #settled({ seq, at, taskId }: TaskFact): void {
    const to = this.#run ?? 'running'
    const source = `task/${taskId}`
    this.#add({ seq, at, source, actor: 'dag', events: ['xstate.done.actor.task'], from: to, to })
  }
}

/** The sign of work that brought a silent attempt back: a warning or a question is told beside it, a heartbeat is not. */
function signIn({ at, taskId }: TaskFact, next: RunFact | undefined): string {
  if (next?.taskId !== taskId || next.at !== at) return 'attempt.heartbeat'
  if (next.type === 'task.warned') return 'attempt.warned'
  return next.type === 'task.asked' && next.of === 'handler' ? 'attempt.asked' : 'attempt.heartbeat'
}

/** The event that has an attempt ended, where that is no instant that has come. */
const stoppedBy: Readonly<Partial<Record<StopReason, string>>> = {
  kill: 'task.kill',
  overrun: 'task.end',
  'agent-gone': 'task.end',
  'claim-lost': 'task.end',
}
