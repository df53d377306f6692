import type { Failure } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import type { RunHandle } from '../handle/run-handle.ts'
import { type ItemFrame, type ReadItem, readItem, runIdOf } from './source-item.ts'

/** An item with an id, as its source gave it. */
export class KnownItem {
  readonly id: string
  readonly runId: string
  readonly item: unknown
  /** What is to be done; or why it cannot be done. */
  readonly read: ReadItem | Failure
  /** The how-manieth its source gave. */
  readonly #order: number
  run: RunHandle | undefined
  isBegun = false
  isGivenBack = false

  constructor(id: string, item: unknown, frame: ItemFrame, now: number, order: number) {
    this.id = id
    this.runId = runIdOf(frame.name, id)
    this.item = item
    this.#order = order
    try {
      this.read = readItem(id, item, frame, now)
    } catch (thrown) {
      const code = thrown instanceof DagmarError ? thrown.code : 'CONFIG_INVALID'
      const message = thrownText(thrown)
      this.read = { code, message, severity: 'error', retryable: false, at: now }
    }
  }

  /** Whether it is more urgent: what is only to be refused, the higher priority, the older, the one given first. */
  isBefore(other: KnownItem): boolean {
    const [own, others] = [this.read, other.read]
    if ('plan' in own && 'plan' in others) {
      if (own.priority !== others.priority) return own.priority > others.priority
      if (own.createdAt !== others.createdAt) return own.createdAt < others.createdAt
    } else if ('plan' in own || 'plan' in others) return 'plan' in others
    return this.#order < other.#order
  }
}
