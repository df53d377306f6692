/** What a viewer asks for. */
export type Asked =
  | { readonly type: 'begin' }
  | { readonly type: 'send'; readonly sessionId: string; readonly event: { readonly type: string } }

/** Longest frame of a viewer, in bytes. */
export const longestFrame = 65_536

/**
 * What a frame asks for; undefined for anything that a receiver of `@xstate/inspect` does not send, and for events that
 * only XState itself sends.
 */
export function readFrame(data: { toString(): string }, isBinary: boolean): Asked | undefined {
  const text = isBinary ? '' : data.toString()
  if (text.length > longestFrame) return undefined
  const frame = parsed(text)
  switch (frame?.['type']) {
    case 'xstate.inspecting':
      return { type: 'begin' }
    case 'xstate.event': {
      const scxml = parsed(frame['event'])
      const event = recordIn(scxml?.['data'])
      const [sessionId, type] = [scxml?.['origin'], event?.['type']]
      if (typeof sessionId !== 'string' || typeof type !== 'string' || isOfXState(type)) return undefined
      return { type: 'send', sessionId, event: { ...event, type } }
    }
    default:
      return undefined
  }
}

function isOfXState(type: string): boolean {
  return /^(?:$|xstate\.|done\.|error\.|\*)/.test(type)
}

function parsed(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof text !== 'string') return undefined
  try {
    return recordIn(JSON.parse(text))
  } catch {
    return undefined
  }
}

function recordIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}
