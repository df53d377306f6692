import { inspect, type Inspector } from '../../inspector/inspect.ts'
import type { Runtime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { RunResult } from '../../events/run-result.ts'

/** How a run is to be inspected. */
export interface InspectedRun {
  /** 0 for any that is free. */
  readonly port: number
  readonly control: boolean
  /** Whether the run is shown after its end, until a signal comes. */
  readonly stays: boolean
}

/** Begins to serve the page. Rejects with `INSPECTOR_FAILED` where the port is taken. */
export function inspectRuntime(runtime: Runtime, { port, control }: InspectedRun): Promise<Inspector> {
  return inspect(runtime, { port, control, keepAlive: true })
}

/**
 * Keeps a settled run on the page. It may be redriven from there: `ended` is called with each result that this brings.
 * Never resolves: a signal ends the process.
 */
export function stayFor(run: RunHandle, ended: (result: RunResult) => void): Promise<never> {
  run.events$.subscribe((fact) => {
    if (fact.type === 'run.redriven') void run.result.then(ended)
  })
  return new Promise(() => undefined)
}
