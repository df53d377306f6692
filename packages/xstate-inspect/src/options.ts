/** An actor of XState 5, as far as it has to be known here. */
export interface BridgedActor {
  readonly id: string
  readonly sessionId: string
  getSnapshot(): unknown
}

/** A run of dagmar. */
export interface BridgedRun {
  readonly actor: BridgedActor
  readonly plan: { readonly tasks: readonly { readonly id: string }[] }
  actorOf(taskId: string, which?: 'work'): BridgedActor | undefined
}

/** A runtime of dagmar. */
export interface BridgedRuntime {
  readonly actor: BridgedActor
  runs(): readonly BridgedRun[]
}

/** A `WebSocketServer` of the package `ws`. */
export interface ViewerServer {
  address(): unknown
  readonly on: (...given: never[]) => unknown
  readonly off: (...given: never[]) => unknown
}

/** What a value is that is about to be shown. */
export interface ShownValue {
  readonly kind: 'context' | 'event' | 'output' | 'error'
  /** The id of the actor whose value it is. */
  readonly actor: string
}

export interface BridgeOptions {
  /**
   * A `WebSocketServer` of `ws` that viewers connect to. It has to listen on this machine alone. The bridge listens to
   * its connections and leaves its end to you. @default one of its own, on 127.0.0.1
   */
  readonly server?: ViewerServer
  /** The port of the bridge's own server; 0 for any that is free. @default 0 */
  readonly port?: number
  /** What the path has to be that viewers connect to, without its slash. @default 32 random characters */
  readonly token?: string
  /**
   * Origins of pages that may connect, such as `https://example.org`, beside pages of this machine and programs that
   * are no page. @default []
   */
  readonly origins?: readonly string[]
  /**
   * Whether the bridge's own server keeps the process alive until `close()`. Otherwise it ends as if there were no
   * bridge. @default false
   */
  readonly keepAlive?: boolean
  /** Whether viewers may send events to actors. @default false */
  readonly control?: boolean
  /**
   * Called with contexts, events, outputs and errors before they are shown. Shows what it returns. If it throws, the
   * value is not shown. @default shows everything
   */
  readonly sanitise?: (value: unknown, of: ShownValue) => unknown
  /** Names of fields whose values are not shown, at any depth, in any case. @default [] */
  readonly redact?: readonly string[]
}

/** A bridge that viewers can connect to. */
export interface Bridge {
  /** What `createWebSocketReceiver({ server })` takes: `127.0.0.1:4000/<token>`. */
  readonly server: string
  /** The same as an address: `ws://127.0.0.1:4000/<token>`. */
  readonly url: string
  /**
   * Lets go of the actors, and ends the bridge's own server. Viewers get what they were told before; they have a second
   * to read it.
   */
  close(): Promise<void>
}
