import type { EventObject } from 'xstate'
import { dueAt } from '../../../machines/task-context.ts'
import type { LiveTask } from '../run/live-task.ts'
import type { Run } from '../run/run.ts'
import { breakRun } from './break-run.ts'

type Take = (event: EventObject) => void

/** What has come: anything, though XState's types ask for an event. */
export type Sent = (EventObject & Readonly<Record<string, unknown>>) | null | undefined

/** What dagmar's actors tell each other, and what XState's do. None of it is taken from anybody else. */
const ours = /^(?:runtime|run|task|attempt|xstate)\./

/** True for an event that a machine can be handed and does not know: XState's own code takes it, and nothing changes. */
export function isUnknown(event: unknown): event is EventObject {
  const { type } = (event ?? {}) as { readonly type?: unknown }
  return typeof type === 'string' && !ours.test(type)
}

/** Somebody has sent an event to the ref of a dag actor: a command to a run is taken as a handle's is. */
export function sentToRun(run: Run, sent: EventObject, take: Take): void {
  if (isUnknown(sent)) return take(sent)
  const command = commandToRun(run, sent as Sent)
  if (command) run.shared.macrostep.with(take, command, undefined)
}

function commandToRun(run: Run, event: Sent): Sent {
  switch (event?.type) {
    case 'run.pause':
    case 'run.resume':
      return event
    case 'run.drain':
      return withReason(event, 'drained')
    case 'run.kill':
      return withReason(event, 'killed')
    case 'run.killTask': {
      const { index } = event
      return Number.isInteger(index) && run.plan.tasks[index as number] !== undefined
        ? withReason(event, 'killed')
        : undefined
    }
    case 'run.confirm': {
      const { index, answer } = event
      const isAnswer = answer === 'yes' || answer === 'no'
      return isAnswer && Number.isInteger(index) ? { type: 'run.confirm', index, answer } : undefined
    }
    case 'xstate.done.actor.task':
      return isOfLive(run, event['output']) ? event : undefined
    case undefined:
    default: {
      // XState tells the parent that an actor ended in error.
      const broken = [...run.live].find(({ ref }) => ref.getSnapshot().status === 'error')
      if (broken !== undefined)
        breakRun(run, (broken.ref.getSnapshot() as { readonly error?: unknown }).error)
      return undefined
    }
  }
}

function isOfLive(run: Run, output: unknown): boolean {
  const { index } = (output ?? {}) as { readonly index?: unknown }
  const live = run.live.get(index as number)
  return live !== undefined && live.context === output
}

/** Somebody has sent an event to the ref of a task's actor. */
export function sentToTask(live: LiveTask, sent: EventObject, take: Take): void {
  if (isUnknown(sent) || isOfWork(sent)) return take(sent)
  const command = commandToTask(sent as Sent)
  if (!command) return
  live.run.shared.macrostep.run(() => {
    take({ ...command, at: live.run.now } as EventObject)
    live.books.deadlines.set(live.task.index, dueAt(live.context))
  })
}

/** The actor that does the work tells its parent of its snapshots and its end. */
function isOfWork(sent: Sent): boolean {
  return typeof sent?.type === 'string' && /^xstate\.\w+(?:\.actor)?\.work$/.test(sent.type)
}

function commandToTask(event: Sent): Sent {
  if (event?.type === 'task.kill') return withReason(event, 'killed')
  // Which question it is for, and that nobody was in time, is for the runtime to say.
  return event?.type === 'task.answer' ? { type: event.type, answer: event['answer'] } : undefined
}

function withReason(event: NonNullable<Sent>, otherwise: string): Sent {
  const { reason } = event
  return { ...event, reason: typeof reason === 'string' ? reason : otherwise } as Sent
}
