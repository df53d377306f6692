/** An actor of XState 5. Its types are not those that this package finds by the name `xstate`. */
export interface LiveActor {
  readonly id: string
  readonly sessionId: string
  readonly logic?: unknown
  readonly _parent?: LiveActor | undefined
  getSnapshot(): LiveSnapshot | undefined
  send(event: { readonly type: string }): void
}

export interface LiveSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  /** Of a machine: the states that it is in. */
  readonly value?: unknown
  readonly context?: unknown
  readonly output?: unknown
  readonly error?: unknown
  readonly tags?: Iterable<string>
}
