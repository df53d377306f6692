import type { Clock } from '../../time/clock.ts'

/** How it went: undefined where the notification has arrived. */
export type Delivery = { readonly reason: string; readonly mayBeTriedAgain: boolean } | undefined

export interface DeliveryOptions {
  readonly clock: Clock
  /** Ends what is under way at once. */
  readonly ending: AbortSignal
}

export const mostMs = 5_000

/**
 * Starts something that calls `settle` with how it went; the function that it gives ends it. It is ended when it is
 * settled, after 5 s, and when the signal says so.
 */
export function withinBounds(
  { clock, ending }: DeliveryOptions,
  start: (settle: (delivery: Delivery) => void) => () => void,
): Promise<Delivery> {
  return new Promise((resolve) => {
    let end: (() => void) | undefined
    const settle = (delivery: Delivery): void => {
      clock.clearTimeout(timer)
      ending.removeEventListener('abort', giveUp)
      resolve(delivery)
      end?.()
    }
    const giveUp = (): void => settle({ reason: 'it had not ended in time', mayBeTriedAgain: false })
    const timer = clock.setTimeout(
      () => settle({ reason: 'it did not end within 5 s', mayBeTriedAgain: true }),
      mostMs,
    )
    ending.addEventListener('abort', giveUp)
    try {
      end = start(settle)
    } catch (thrown) {
      settle({ reason: codeOf(thrown), mayBeTriedAgain: false })
    }
  })
}

/** Only the code: a message may have the address in it. */
export function codeOf(thrown: unknown): string {
  const { code } = (thrown ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : 'it could not be begun'
}
