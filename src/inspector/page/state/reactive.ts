/** A value that may be set. To read `value` in a computed or an effect has that follow it; `peek` only looks. */
export interface Signal<T> {
  value: T
  peek(): T
}

/** A value that is made of others, when it is asked for and one of them has changed. It lives as long as they do. */
export interface Computed<T> {
  readonly value: T
  peek(): T
}

export function signal<T>(first: T): Signal<T> {
  return new Settable(first)
}

export function computed<T>(make: () => T): Computed<T> {
  return new Derived(make)
}

/**
 * Acts now, and again whenever something that it has read is another value. What it returns is called before the next
 * time. Returns what ends it.
 */
export function effect(act: () => (() => void) | void): () => void {
  const made = new Effect(act)
  made.run()
  return () => made.stop()
}

/** Sets several signals: effects follow once, at the end. */
export function batch(set: () => void): void {
  openBatches++
  try {
    set()
    if (openBatches === 1) runDue()
  } finally {
    openBatches--
  }
}

/** Something that can be read. */
interface Source {
  /** Counts how often it has become another value. */
  version: number
  readonly readers: Set<Reader>
  /** Brings its value up to date. */
  refresh(): void
}

/** Something that reads. */
interface Reader {
  /** What it has read the last time, and in which version. */
  readonly seen: Map<Source, number>
  /** Something that it has read may have changed. */
  notify(): void
}

/** Who is reading now. */
let reader: Reader | undefined
/** Counts the changes of all signals. */
let changes = 0
let openBatches = 0
/** The effects that are looked at when the outermost batch ends. */
const due = new Set<Effect>()

class Settable<T> implements Signal<T>, Source {
  version = 0
  readonly readers = new Set<Reader>()
  #value: T

  constructor(first: T) {
    this.#value = first
  }

  get value(): T {
    noteRead(this)
    return this.#value
  }

  set value(next: T) {
    if (next === this.#value) return
    this.#value = next
    this.version++
    changes++
    batch(() => notifyReaders(this))
  }

  peek(): T {
    return this.#value
  }

  refresh(): void {}
}

class Derived<T> implements Computed<T>, Source, Reader {
  version = 0
  readonly readers = new Set<Reader>()
  readonly seen = new Map<Source, number>()
  readonly #make: () => T
  #value: T | undefined
  /** False before it was made, and after that failed. */
  #isMade = false
  /** The count of changes at which it was up to date. */
  #freshAt = -1
  /** And the one of which it has told. */
  #toldAt = 0

  constructor(make: () => T) {
    this.#make = make
  }

  get value(): T {
    this.refresh()
    noteRead(this)
    return this.#value as T
  }

  peek(): T {
    this.refresh()
    return this.#value as T
  }

  refresh(): void {
    if (this.#freshAt === changes) return
    if (!this.#isMade || hasChanged(this)) {
      this.#isMade = false
      const made = readBy(this, this.#make)
      this.#isMade = true
      if (made !== this.#value) this.version++
      this.#value = made
    }
    this.#freshAt = changes
  }

  notify(): void {
    if (this.#toldAt === changes) return
    this.#toldAt = changes
    notifyReaders(this)
  }
}

class Effect implements Reader {
  readonly seen = new Map<Source, number>()
  readonly #act: () => (() => void) | void
  #end: (() => void) | void = undefined
  #isStopped = false

  constructor(act: () => (() => void) | void) {
    this.#act = act
  }

  run(): void {
    batch(() => {
      this.#finish()
      this.#end = readBy(this, this.#act)
    })
    // It may have been stopped while it acted.
    if (this.#isStopped) this.stop()
  }

  notify(): void {
    due.add(this)
  }

  stop(): void {
    this.#isStopped = true
    forget(this)
    this.#finish()
  }

  #finish(): void {
    const end = this.#end
    this.#end = undefined
    end?.()
  }
}

/** Those that become due meanwhile have their turn, too. The first error is thrown when all had it. */
function runDue(): void {
  const errors: unknown[] = []
  for (const one of due) {
    due.delete(one)
    try {
      if (hasChanged(one)) one.run()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

function noteRead(source: Source): void {
  if (reader === undefined) return
  reader.seen.set(source, source.version)
  source.readers.add(reader)
}

function notifyReaders({ readers }: Source): void {
  for (const one of readers) one.notify()
}

/** What it reads meanwhile takes the place of what it has read before. */
function readBy<T>(who: Reader, read: () => T): T {
  const before = reader
  forget(who)
  reader = who
  try {
    return read()
  } finally {
    reader = before
  }
}

function forget(who: Reader): void {
  for (const source of who.seen.keys()) source.readers.delete(who)
  who.seen.clear()
}

/** Whether something that it has read is another value now. */
function hasChanged({ seen }: Reader): boolean {
  for (const [source, version] of seen) {
    source.refresh()
    if (source.version !== version) return true
  }
  return false
}
