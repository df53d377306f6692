import type { Candidate, Lane } from './lane.ts'

/** Something that a ready task needs and that there is too little of. */
export type Lack =
  | { readonly kind: 'slot'; readonly of: 'run' | 'runtime' }
  | { readonly kind: 'pool'; readonly of: 'run' | 'runtime'; readonly pool: string }
  | { readonly kind: 'executor' }
  | { readonly kind: 'agent' }

/** Something that a task needs some of to start: slots, pools, an executor. A grant takes all that a task needs, or none. */
export interface Resource {
  /** What the tasks of the lane need of this and cannot have now. */
  lacks(lane: Lane): Lack | undefined
  /** True where the lane lacks some of this still, and one of its tasks has told so: the others wait without telling. */
  hasSaid?(lane: Lane): boolean
  /** Remembers who waits for what is lacking: the lane alone, or its whole run. */
  wait(lane: Lane, lack: Lack): 'lane' | 'run'
  /**
   * For each thing that is waited for and is there now, offers the lanes that wait for it to `open`, the best first,
   * until one is opened. True when any was opened.
   */
  openNext(open: (lane: Lane) => boolean): boolean
  /** A task of the lane came into a state that holds some of this. */
  take(lane: Lane): void
  /** A task left such a state. `isOfferOnly`: its executor never began with it, so that it has no more room than before. */
  give(lane: Lane, isOfferOnly: boolean): void
  /** The run is over, and its lanes have left. */
  leave(run: Candidate): void
}
