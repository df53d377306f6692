import type { AnyActorRef } from 'xstate'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { ActorName, Command } from '../protocol.ts'
import { machineOf, mayBeSent } from './log-recorder.ts'
import { Refusal } from './source.ts'

export interface Commanded {
  /** Throws where there is none. */
  readonly run: () => RunHandle
  readonly actor: (name: ActorName) => AnyActorRef | undefined
}

/** Does what a client has asked for. Throws `Refusal`, or the `DagmarError` of the handle. */
export function carryOut(command: Command, { run, actor }: Commanded): void {
  switch (command.command) {
    case 'kill':
      void run().kill(command.taskId, { reason: command.reason ?? 'killed in the inspector' })
      return
    case 'drain':
      void run().drain()
      return
    case 'pause':
      return run().pause()
    case 'resume':
      return run().resume()
    case 'redrive':
      void run().redrive(command.taskId)
      return
    case 'answer':
      return run().answer(command.taskId, command.answer)
    case 'send':
      return send(actor(command.actor), command)
  }
}

function send(to: AnyActorRef | undefined, { actor, event }: Extract<Command, { command: 'send' }>): void {
  if (to === undefined) throw new Refusal('ACTOR_UNKNOWN', `There is no actor ${JSON.stringify(actor)} now.`)
  if (!mayBeSent(event.type, to) || !isDeclared(event.type, to)) {
    throw new Refusal(
      'EVENT_UNKNOWN',
      `${actor} has no transition for ${JSON.stringify(event.type)}: only events that its machine declares are sent.`,
    )
  }
  to.send(event)
}

function isDeclared(type: string, actor: AnyActorRef): boolean {
  const declared = (machineOf(actor)?.events ?? []) as readonly string[]
  return declared.some(
    (one) => one === type || one === '*' || (one.endsWith('.*') && type.startsWith(one.slice(0, -1))),
  )
}
