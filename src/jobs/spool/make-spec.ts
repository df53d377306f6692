import { basename } from 'node:path'
import type { PlanDefinition } from '../../graph/make-plan.ts'
import type { JobOptions } from '../client/jobs.ts'
import { type JobSpec, specVersion } from '../spec.ts'
import { definitionAsData } from './definition-as-data.ts'

/** What a job is run from. What the options leave out is taken from this process. */
export function makeSpec(id: string, definition: PlanDefinition, options: JobOptions, now: number): JobSpec {
  const { select, input, concurrency, answers, confirms, notify, notBefore, after, afterAny } = options
  const cwd = options.cwd ?? process.cwd()
  return {
    version: specVersion,
    id,
    name: options.name ?? definition.name,
    project: options.project ?? (basename(cwd) || '/'),
    labels: options.labels ?? {},
    dispatchedAt: now,
    definition: definitionAsData(definition),
    ...(select === undefined ? {} : { select }),
    ...(input === undefined ? {} : { input }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(answers === undefined ? {} : { answers }),
    ...(confirms === undefined ? {} : { confirms }),
    ...(notify === undefined || notify.length === 0 ? {} : { notify }),
    cwd,
    umask: options.umask ?? process.umask(),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(after === undefined || after.length === 0 ? {} : { after }),
    ...(afterAny === true ? { afterAny } : {}),
  }
}
