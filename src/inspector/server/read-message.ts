import type { ClientMessage, Command } from '../protocol.ts'

type Fields = Readonly<Record<string, unknown>>

/** What a client has sent, if it is a message of the protocol; undefined otherwise. Fields that are not known are left out. */
export function readMessage(text: string): ClientMessage | undefined {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isFields(given) || !isText(given['log'])) return undefined
  const { type, log } = given
  switch (type) {
    case 'follow':
      return isCount(given['after']) ? { type, log, after: given['after'] } : undefined
    case 'unfollow':
      return { type, log }
    case 'look': {
      const { events, actor } = given
      if (typeof events !== 'boolean' || !isTextOrNone(actor)) return undefined
      return { type, log, events, ...(actor === undefined ? {} : { actor }) }
    }
    case 'why': {
      const { id, taskId } = given
      return isCount(id) && isText(taskId) ? { type, id, log, taskId } : undefined
    }
    case 'command': {
      const { id } = given
      const command = readCommand(given)
      return isCount(id) && command !== undefined ? { type, id, log, ...command } : undefined
    }
    default:
      return undefined
  }
}

function readCommand({ command, taskId, reason, answer, actor, event }: Fields): Command | undefined {
  switch (command) {
    case 'kill':
      if (!isTextOrNone(taskId) || !isTextOrNone(reason)) return undefined
      return {
        command,
        ...(taskId === undefined ? {} : { taskId }),
        ...(reason === undefined ? {} : { reason }),
      }
    case 'drain':
    case 'pause':
    case 'resume':
      return { command }
    case 'redrive':
      return isTextOrNone(taskId) ? { command, ...(taskId === undefined ? {} : { taskId }) } : undefined
    case 'answer':
      // It was read from JSON, and is there.
      return isText(taskId) && answer !== undefined ? { command, taskId, answer: answer as never } : undefined
    case 'send':
      if (!isText(actor) || !isFields(event) || !isText(event['type'])) return undefined
      return { command, actor, event: event as never }
    default:
      return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTextOrNone(value: unknown): value is string | undefined {
  return value === undefined || isText(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
