import { randomBytes } from 'node:crypto'
import type { WebSocket } from 'ws'
import { sanitiser, type ShownPlace } from '../../../src/inspector/sanitise.ts'
import { watchActors } from '../../../src/inspector/recording/watch-actors.ts'
import { readFrame } from './frame.ts'
import { givenServer } from './given-server.ts'
import type { LiveActor } from './live-actor.ts'
import type { Bridge, BridgedRun, BridgedRuntime, BridgeOptions, ShownValue } from './options.ts'
import { Outflow } from './outflow.ts'
import { ownServer } from './own-server.ts'
import { Show } from './show.ts'
import { type Viewer, viewer } from './viewer.ts'

/**
 * Shows the actors of a runtime or of a run of dagmar to receivers of `@xstate/inspect`, as services of XState 4: those
 * that are alive when a receiver connects, and what becomes of them. Actors are watched while a receiver is connected,
 * and only then; nothing that a receiver does, or that goes wrong here, changes a run, unless `control` lets it send
 * events. Rejects with a `TypeError` for what is neither runtime nor run and for a server that other machines can
 * reach, and with Node's error where it cannot listen.
 */
export async function bridge(
  source: BridgedRuntime | BridgedRun,
  options: BridgeOptions = {},
): Promise<Bridge> {
  if (typeof source?.actor?.getSnapshot !== 'function') {
    throw new TypeError('bridge: the first argument has to be a runtime or a run of dagmar.')
  }
  const { token = randomBytes(24).toString('base64url'), origins = [], control = false } = options
  const { port = 0, keepAlive = false } = options
  const show = new Show({
    watch: (observer) => watchActors(source as unknown as Parameters<typeof watchActors>[0], observer),
    isShown: (actor) => 'runs' in source || isWithin(actor, source.actor),
    sanitise: sanitiser(sanitiserOptions(options)),
  })
  const connected = (socket: WebSocket): void => serve(socket, show, control)
  const gate = { token, origins }
  const server = await (options.server === undefined
    ? ownServer({ port, keepAlive }, gate, connected)
    : givenServer(options.server, gate, connected))
  const address = `127.0.0.1:${server.port}/${token}`
  return { server: address, url: `ws://${address}`, close: () => server.close() }
}

function serve(socket: WebSocket, show: Show, control: boolean): void {
  const outflow = new Outflow(socket, show.services)
  const looks: Viewer = viewer(show.services, (told) => {
    if (socket.readyState === socket.OPEN) outflow.send(told)
  })
  socket.on('message', (data: Buffer, isBinary) => {
    const asked = readFrame(data, isBinary)
    if (asked?.type === 'begin') {
      show.add(looks)
      looks.begin()
    } else if (asked?.type === 'send' && control) {
      const service = show.services.get(asked.sessionId)
      if (service !== undefined) looks.sendTo(service, asked.event)
    }
  })
  // A frame that is none, or is too long, is an error of its connection, which ends it.
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    show.remove(looks)
    looks.close()
  })
}

function isWithin(actor: LiveActor, top: unknown): boolean {
  for (let at: LiveActor | undefined = actor; at !== undefined; at = at._parent) if (at === top) return true
  return false
}

function sanitiserOptions({ sanitise, redact = [] }: BridgeOptions): Parameters<typeof sanitiser>[0] {
  if (sanitise === undefined) return { redact }
  return {
    redact,
    sanitise: (value: unknown, { kind, actor = '' }: ShownPlace) =>
      sanitise(value, { kind: kind as ShownValue['kind'], actor }),
  }
}
