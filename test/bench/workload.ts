import type { Graph } from './graph.ts'

/** Tasks 0 to n − 1 with what carries them out: the same for every contender. */
export interface Workload extends Graph {
  /** Carries out a task. Its promise fulfils in the end, unless the section says otherwise. */
  readonly body: (task: number) => Promise<unknown>
}

/** What a contender has made of a workload before it runs: its plan, its graph object; or nothing but a closure. */
export interface Prepared {
  /** Runs all tasks in dependency order. Resolves when the last has settled, rejects when one failed. */
  readonly run: () => Promise<unknown>
  /** Starts a run, and gives what its caller would hold: dagmar's handle. Others have the promise of `run`. */
  readonly begin?: () => { readonly handle: object; readonly ended: Promise<unknown> }
}

/** A way to run a graph of tasks. What it exports is `prepare`, and all of its cost is in `prepare` and `run`. */
export interface Contender {
  readonly prepare: (workload: Workload) => Prepared
}
