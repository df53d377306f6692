import { setup } from 'xstate'
import type { DagContext } from './dag.ts'
import { seam } from './seam.ts'

/** The states of the runtime actor. */
export type RuntimeState = 'open' | 'draining' | 'killing' | 'closed'

export interface RuntimeContext {
  state: RuntimeState
  /** How many runs are not settled. Their dag actors are its children. */
  live: number
}

export type RuntimeEvent =
  /** Spawn the dag actor of a run. */
  | { readonly type: 'runtime.dispatch'; readonly runId: string }
  | { readonly type: 'runtime.shutdown'; readonly mode: 'drain' | 'kill' }
  | { readonly type: 'xstate.done.actor.dag'; readonly output: DagContext }

const enter =
  (state: RuntimeState) =>
  ({ context }: { readonly context: RuntimeContext }): void => {
    context.state = state
  }

/**
 * The root of the actor system: it spawns a dag actor for each run, and closes when it has been told to and no run is
 * left.
 */
export const runtimeMachine = setup({
  types: {} as { context: RuntimeContext; events: RuntimeEvent },
  guards: {
    isIdle: ({ context }) => context.live === 0,
    isLast: ({ context }) => context.live === 1,
    isKill: ({ event }) => event.type === 'runtime.shutdown' && event.mode === 'kill',
  },
  actions: {
    enterDraining: enter('draining'),
    enterKilling: enter('killing'),
    enterClosed: enter('closed'),
    noteDispatched: ({ context }) => {
      context.live++
    },
    noteSettled: ({ context }) => {
      context.live--
    },
    spawnRun: seam,
    drainRuns: seam,
    killRuns: seam,
    closeRuntime: seam,
  },
}).createMachine({
  id: 'runtime',
  initial: 'open',
  context: () => ({ state: 'open', live: 0 }),
  states: {
    open: {
      on: {
        'runtime.dispatch': { actions: ['noteDispatched', 'spawnRun'] },
        'xstate.done.actor.dag': { actions: 'noteSettled' },
        'runtime.shutdown': [
          { guard: 'isIdle', target: 'closed' },
          { guard: 'isKill', target: 'killing' },
          { target: 'draining' },
        ],
      },
    },
    draining: {
      entry: ['enterDraining', 'drainRuns'],
      on: {
        // Only for handlers that are still at work.
        'runtime.dispatch': { actions: ['noteDispatched', 'spawnRun'] },
        'xstate.done.actor.dag': [
          { guard: 'isLast', target: 'closed', actions: 'noteSettled' },
          { actions: 'noteSettled' },
        ],
        'runtime.shutdown': { guard: 'isKill', target: 'killing' },
      },
    },
    killing: {
      entry: ['enterKilling', 'killRuns'],
      on: {
        // Only for teardowns.
        'runtime.dispatch': { actions: ['noteDispatched', 'spawnRun'] },
        'xstate.done.actor.dag': [
          { guard: 'isLast', target: 'closed', actions: 'noteSettled' },
          { actions: 'noteSettled' },
        ],
        // A further kill ends teardowns.
        'runtime.shutdown': { guard: 'isKill', actions: 'killRuns' },
      },
    },
    closed: { type: 'final', entry: ['enterClosed', 'closeRuntime'] },
  },
})
