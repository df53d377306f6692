import { effect } from './signals.ts'
import type { Explanation } from '../../../events/explanation.ts'
import {
  type ActorName,
  type ClientMessage,
  type Command,
  type LogId,
  protocolVersion,
  type ServerMessage,
} from '../../protocol.ts'
import { takeToken } from './address.ts'
import { LogModel } from './log-model.ts'
import { clockOffset, control, link, logs, runId, selectedActor, tell } from './shown.ts'

/** How long it waits before it tries again, in milliseconds: from the first to the last value. */
const patience = [250, 500, 1_000, 2_000, 4_000]

let socket: WebSocket | undefined
let epoch: string | undefined
let tries = 0
let nextId = 1
/** What is looked at, by log. */
let looked: { log: LogId; events: boolean; actor?: ActorName } | undefined
const waiting = new Map<number, (message: ServerMessage) => void>()

/** What the server said to a command or a question that it refused. */
export class Refused extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Reads the run that was saved in the page; without one it connects to the server that the page came from. */
export function connect(saved: string | undefined): void {
  if (saved !== undefined) readSaved(saved)
  else {
    open()
    effect(() => {
      const id = runId.value
      if (id !== undefined) follow(id)
    })
  }
}

/** Gives a command. Resolves when it was taken; what it does comes as facts. Rejects with `Refused`. */
export async function command(log: LogId, given: Command): Promise<void> {
  await asked({ type: 'command', id: nextId++, log, ...given })
}

/** What a task waits for, as the live run knows it. Rejects with `Refused`. */
export async function askWhy(log: LogId, taskId: string): Promise<Explanation | undefined> {
  const answer = await asked({ type: 'why', id: nextId++, log, taskId })
  return answer.type === 'answer' ? answer.explanation : undefined
}

/** Says what is looked at in the run that is shown: the events between its actors, and one actor's snapshots. */
export function look(log: LogId, events: boolean, actor?: ActorName): void {
  looked = { log, events, ...(actor === undefined ? {} : { actor }) }
  send({ type: 'look', ...looked })
}

function asked(message: Extract<ClientMessage, { id: number }>): Promise<ServerMessage> {
  return new Promise((resolve, reject) => {
    if (socket?.readyState !== WebSocket.OPEN) {
      reject(new Refused('NOT_CONNECTED', 'There is no connection to the program now.'))
      return
    }
    waiting.set(message.id, (answer) => {
      if (answer.type === 'refused') reject(new Refused(answer.code, answer.message))
      else resolve(answer)
    })
    send(message)
  })
}

function send(message: ClientMessage): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
}

function follow(log: LogId): void {
  if (!logs.has(log)) logs.set(log, new LogModel())
  send({ type: 'follow', log, after: logs.get(log)!.last })
}

function open(): void {
  const token = takeToken()
  if (token === undefined) {
    link.value = {
      state: 'refused',
      message: 'This address has no key.',
      hint: 'Open the whole address that the program printed, with everything after the #.',
    }
    return
  }
  const opened = new WebSocket(`ws://${location.host}/`, ['dagmar', `token.${token}`])
  let wasOpen = false
  socket = opened
  opened.addEventListener('message', ({ data }: MessageEvent<string>) => {
    wasOpen = true
    take(JSON.parse(data) as ServerMessage)
  })
  opened.addEventListener('close', () => {
    if (socket !== opened) return
    for (const tellIt of waiting.values()) {
      tellIt({
        type: 'refused',
        code: 'NOT_CONNECTED',
        message: 'The connection was lost before it was answered.',
      })
    }
    waiting.clear()
    if (link.peek().state === 'refused') return
    if (!wasOpen) void findOut()
    else if (link.peek().state === 'live') link.value = { state: 'reconnecting', since: Date.now() }
    setTimeout(tryAgain, patience[Math.min(tries++, patience.length - 1)])
  })
}

function tryAgain(): void {
  const { state } = link.peek()
  if (state !== 'refused' && state !== 'restarted') open()
}

/** A socket that is not opened does not say why. A server that gives its page and no data does not know the token. */
async function findOut(): Promise<void> {
  try {
    const { ok } = await fetch('/', { method: 'HEAD', cache: 'no-store' })
    if (!ok || socket?.readyState === WebSocket.OPEN) return
    if (epoch === undefined) {
      link.value = {
        state: 'refused',
        message: 'The program does not know this key.',
        hint: 'It was started anew since: open the address that it printed this time.',
      }
    } else restarted()
  } catch {
    if (epoch !== undefined || tries < patience.length) return
    link.value = {
      state: 'refused',
      message: 'The program does not answer.',
      hint: 'Start it again, and open the address that it prints.',
    }
  }
}

/** What is shown stays: the numbers of another server mean something else. */
function restarted(): void {
  link.value = { state: 'restarted' }
  control.value = false
  const closing = socket
  socket = undefined
  closing?.close()
}

function take(message: ServerMessage): void {
  switch (message.type) {
    case 'hello':
      greet(message)
      return
    case 'batch': {
      const known = logs.get(message.log)
      if (known === undefined) return
      known.take(message.first, message.entries)
      if (message.now !== undefined) clockOffset.value = message.now - Date.now()
      tell()
      return
    }
    case 'answer':
    case 'refused': {
      if (message.id === undefined) {
        if (message.type === 'refused') noteUnknownRun(message)
        return
      }
      waiting.get(message.id)?.(message)
      waiting.delete(message.id)
    }
  }
}

/** An address may name a run that is gone, or one of another program. */
function noteUnknownRun({ code, message }: { readonly code: string; readonly message: string }): void {
  const id = runId.peek()
  const known = id === undefined ? undefined : logs.get(id)
  if (code !== 'RUN_UNKNOWN' || known?.last !== 0 || !message.includes(JSON.stringify(id))) return
  known.fault = `${message} Choose another one above.`
  tell()
}

function greet(hello: Extract<ServerMessage, { type: 'hello' }>): void {
  const version: number = hello.v
  if (version !== protocolVersion) {
    link.value = {
      state: 'refused',
      message: `This page speaks version ${protocolVersion} of the protocol, and the program version ${version}.`,
      hint: 'Reload the page, or save the run with the version of dagmar that opens it.',
    }
    socket?.close()
    return
  }
  tries = 0
  clockOffset.value = hello.now - Date.now()
  if (epoch !== undefined && epoch !== hello.epoch) {
    restarted()
    return
  }
  epoch = hello.epoch
  control.value = hello.control
  link.value = { state: hello.saved ? 'saved' : 'live' }
  follow('')
  follow('.agents')
  const id = runId.peek()
  if (id !== undefined) follow(id)
  if (looked !== undefined) send({ type: 'look', ...looked })
}

/** The messages of the protocol, one JSON a line. */
function readSaved(text: string): void {
  link.value = { state: 'saved' }
  try {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue
      const message = JSON.parse(line) as ServerMessage
      if (message.type === 'batch' && !logs.has(message.log)) logs.set(message.log, new LogModel())
      if (message.type !== 'hello') take(message)
      else if (message.v !== protocolVersion) greet(message)
    }
  } catch (error) {
    link.value = {
      state: 'refused',
      message: 'This file is damaged: what was saved in it cannot be read.',
      hint: error instanceof Error ? error.message : String(error),
    }
  }
  selectedActor.value = undefined
  tell()
}
