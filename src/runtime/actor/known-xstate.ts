import { Actor, createActor, fromTransition } from 'xstate'
import { firstDifference } from './self-test.ts'

/** What an actor of XState 5.33 has of its own, and what its class, its system and its scope have. */
const shape: Readonly<Record<string, string>> = {
  actor:
    '_actorScope _deferred _doneEvent _parent _processingStatus _snapshot _syncSnapshot clock eventListeners id logger ' +
    'logic mailbox observers options ref send sessionId src system systemId',
  class:
    '_complete _error _initState _process _reportError _send _stop _stopProcedure attachDevTools constructor ' +
    'getPersistedSnapshot getSnapshot on select send start stop subscribe toJSON update',
  system:
    '_bookId _clock _logger _register _relay _sendInspectionEvent _set _snapshot _unregister get getAll getSnapshot ' +
    'inspect scheduler start',
  scope: 'actionExecutor defer emit id logger self sessionId stopChild system',
  mailbox: '_active _current _last _process',
  'class of the mailbox': 'clear constructor enqueue flush start',
}

let known: boolean | undefined

/**
 * True when the actors of the XState that is installed are those that slim actors take the place of. Looked at once, when
 * the first actor is needed. With `DAGMAR_DEBUG` set in the environment, a program is told on stderr where they are not.
 */
export function isKnownXState(): boolean {
  if (known === undefined) {
    const difference = differentShape() ?? firstDifference()
    known = difference === undefined
    if (!known && process.env['DAGMAR_DEBUG'] !== undefined) {
      process.stderr.write(
        `dagmar: XState is not the one that is known here (${difference}). Its actors are used as they are, which is slower.\n`,
      )
    }
  }
  return known
}

function differentShape(): string | undefined {
  const actor = createActor(fromTransition((state: number) => state, 0))
  const inner = actor as unknown as { readonly _actorScope?: object; readonly mailbox?: object }
  const mailbox = inner.mailbox ?? {}
  const found: typeof shape = {
    actor: names(Object.keys(actor)),
    class: names(Object.getOwnPropertyNames(Actor.prototype)),
    system: names(Object.keys(actor.system)),
    scope: names(Object.keys(inner._actorScope ?? {})),
    mailbox: names(Object.keys(mailbox)),
    'class of the mailbox': names(Object.getOwnPropertyNames(Object.getPrototypeOf(mailbox))),
  }
  const part = Object.keys(shape).find((one) => found[one] !== shape[one])
  return part === undefined ? undefined : `${part}: ${found[part]}`
}

function names(found: readonly string[]): string {
  return found
    .filter((name) => !name.startsWith('@@'))
    .sort((a, b) => (a < b ? -1 : 1))
    .join(' ')
}
