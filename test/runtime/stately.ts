import { createInspector } from '@statelyai/inspect'
import type { InspectionEvent, Observer } from 'xstate'

/** A message as it goes over the wire to Stately's inspector. */
export interface Shown {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot'
  readonly sessionId: string
  /** Of actors: what they are called there. */
  readonly name?: string
  readonly parentId?: string
  /** Of events: whom they come from. */
  readonly sourceId?: string
  readonly event?: Readonly<Record<string, unknown>> & { readonly type: string }
  readonly snapshot?: {
    readonly status: string
    readonly value?: unknown
    readonly context?: Readonly<Record<string, unknown>>
  }
  /** How long the message is, in characters. */
  readonly size: number
}

export interface Stately {
  readonly inspect: Observer<InspectionEvent>
  /** What has come so far. It is sent in later turns than it happened in, when all has gone on. */
  readonly shown: () => Promise<readonly Shown[]>
  /** The name of each actor by its session id, for those that were announced. */
  readonly names: () => Promise<ReadonlyMap<string, string>>
}

/** Stately's own inspector, with an adapter that writes down what it would send. */
export function stately(): Stately {
  const shown: Shown[] = []
  const { inspect } = createInspector({
    send: (message) => {
      const text = JSON.stringify(message)
      shown.push({ ...(JSON.parse(text) as Omit<Shown, 'size'>), size: text.length })
    },
  })
  const all = async (): Promise<readonly Shown[]> => {
    await new Promise((resolve) => {
      setTimeout(resolve, 0)
    })
    return shown
  }
  return {
    inspect,
    shown: all,
    names: async () =>
      new Map(
        (await all())
          .filter(({ type }) => type === '@xstate.actor')
          .map(({ sessionId, name }) => [sessionId, name!]),
      ),
  }
}
