import type { Observable } from 'rxjs'
import { DagmarError } from '../errors/dagmar-error.ts'
import { readFields } from '../graph/read-values.ts'
import type { Fact } from './facts.ts'
import { readStream } from './isolated.ts'
import { Queue } from '../containers/queue.ts'

/** What to do when an observer is slower than the facts and its buffer is full. */
export type Overflow = 'drop-oldest' | 'drop-newest' | 'latest-per-task' | 'unbounded'

export interface BufferOptions {
  /**
   * The most facts that are kept for the observer. Integer ≥ 1. Without effect on `latest-per-task` (one fact a task)
   * and `unbounded`.
   * @default 1000 for `drop-oldest`, 64 for `drop-newest`
   */
  readonly size?: number
  /**
   * `drop-oldest` keeps the newest facts, `drop-newest` the oldest: with both, `stream.lagged` stands where facts are
   * missing. `latest-per-task` keeps the last fact of each task and of the run, and tells no `stream.lagged`.
   * `unbounded` keeps all.
   * @default 'drop-oldest'
   */
  readonly overflow?: Overflow
}

interface Shelf {
  put(fact: Fact): void
  take(): Fact | undefined
}

/**
 * Facts for an observer that takes its time: `for await (const fact of buffered(run.events$)) …`. It collects facts
 * from the moment of the call, ends with the stream, and stops collecting when the loop is left. Throws
 * `CONFIG_INVALID` for a size that is not an integer ≥ 1.
 */
export function buffered(
  events$: Observable<Fact>,
  options: BufferOptions = {},
): AsyncIterableIterator<Fact> {
  readStream(events$)
  readFields(options, "buffered's options object", known)
  const shelf = shelfFor(options)
  let wake: (() => void) | undefined
  let ended = false
  let left = false
  let failed: { readonly thrown: unknown } | undefined
  const subscription = events$.subscribe({
    next: (fact) => {
      shelf.put(fact)
      wake?.()
    },
    error: (thrown: unknown) => {
      failed = { thrown }
      ended = true
      wake?.()
    },
    complete: () => {
      ended = true
      wake?.()
    },
  })
  const end = (): Promise<IteratorResult<Fact>> => {
    left = true
    subscription.unsubscribe()
    wake?.()
    return Promise.resolve({ done: true, value: undefined })
  }
  const pull = async (): Promise<IteratorResult<Fact>> => {
    for (;;) {
      if (left) return { done: true, value: undefined }
      const fact = shelf.take()
      if (fact !== undefined) return { done: false, value: fact }
      if (failed !== undefined) throw failed.thrown
      if (ended) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  let before: Promise<unknown> = Promise.resolve()
  return {
    next() {
      // One call after the other, as with a generator: a second call of `next` waits for the fact after the first
      // one's.
      const mine = before.then(pull)
      before = mine.catch(() => {})
      return mine
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const known: ReadonlySet<string> = new Set(['size', 'overflow'])

function shelfFor({ size, overflow = 'drop-oldest' }: BufferOptions): Shelf {
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 1)) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `The size of the buffer is ${String(size)}, but it must be an integer of 1 or more.`,
      hint: "To keep every fact, use overflow: 'unbounded'.",
      facts: { field: 'size', value: size },
    })
  }
  switch (overflow) {
    case 'drop-oldest':
      return dropOldest(size ?? 1_000)
    case 'drop-newest':
      return dropNewest(size ?? 64)
    case 'latest-per-task':
      return latestPerTask()
    case 'unbounded':
      return dropOldest(Number.POSITIVE_INFINITY)
    default:
      throw new DagmarError('CONFIG_INVALID', {
        message: `The overflow of the buffer is ${String(overflow)}, which is not known.`,
        hint: 'Known are drop-oldest, drop-newest, latest-per-task, unbounded.',
        facts: { field: 'overflow', value: overflow },
      })
  }
}

function dropOldest(size: number): Shelf {
  const kept = new Queue<Fact>()
  let missed = 0
  return {
    put(fact) {
      if (kept.length === size) {
        kept.shift()
        missed++
      }
      kept.push(fact)
    },
    take() {
      const next = kept.first
      if (missed === 0 || next === undefined) return kept.shift()
      const lagged = laggedBefore(next, missed)
      missed = 0
      return lagged
    },
  }
}

function dropNewest(size: number): Shelf {
  const kept = new Queue<Fact>()
  let missed = 0
  let last: Fact | undefined
  return {
    put(fact) {
      if (kept.length >= size) {
        missed++
        last = fact
        return
      }
      if (missed > 0) kept.push(laggedBefore(fact, missed))
      missed = 0
      kept.push(fact)
    },
    take() {
      const next = kept.shift()
      if (next !== undefined || missed === 0) return next
      const lagged = laggedInPlaceOf(last!, missed)
      missed = 0
      return lagged
    },
  }
}

function latestPerTask(): Shelf {
  const latest = new Map<string, Fact>()
  return {
    put(fact) {
      const key = keyOf(fact)
      latest.delete(key)
      latest.set(key, fact)
    },
    take() {
      const first = latest.entries().next()
      if (first.done === true) return undefined
      latest.delete(first.value[0])
      return first.value[1]
    },
  }
}

/** Facts that accompany another fact, or are about the observer, do not take another fact's place. */
const besides: ReadonlySet<Fact['type']> = new Set(['task.dead-lettered', 'observer.failed', 'stream.lagged'])

function keyOf({ type, taskId }: Fact): string {
  if (besides.has(type)) return `${type} ${taskId ?? ''}`
  return taskId === undefined ? 'run' : `task ${taskId}`
}

function laggedBefore(next: Fact, missed: number): Fact {
  const afterSeq = 'seq' in next ? next.seq - 1 : next.afterSeq
  return { type: 'stream.lagged', missed, afterSeq, at: next.at, runId: next.runId }
}

/** For missing facts at the end of the stream. `last` is the last of them. */
function laggedInPlaceOf(last: Fact, missed: number): Fact {
  const afterSeq = 'seq' in last ? last.seq : last.afterSeq
  return { type: 'stream.lagged', missed, afterSeq, at: last.at, runId: last.runId }
}
