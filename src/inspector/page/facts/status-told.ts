import type { RunFact } from '../../../events/facts.ts'
import type { TaskStatus } from '../../../events/task-view.ts'
import type { RunState } from '../../../../machines/dag.ts'

/** What each fact puts its task or its run into; undefined where that stays as it is. */
const told: Readonly<Record<RunFact['type'], TaskStatus | RunState | undefined>> = {
  'run.created': undefined,
  'run.started': 'running',
  'run.paused': 'paused',
  'run.resumed': 'running',
  'run.draining': 'draining',
  'run.killing': 'killing',
  'run.recovered': undefined,
  'run.redriven': 'running',
  'run.completed': 'completed',
  'run.failed': 'failed',
  'run.killed': 'killed',
  'task.ready': 'ready',
  'task.dispatched': 'dispatched',
  'task.deferred': 'dispatched',
  'task.starting': 'starting',
  'task.placed': undefined,
  'task.started': 'running',
  'task.warned': undefined,
  'task.asked': undefined,
  'task.answered': undefined,
  'task.stalled': 'stalled',
  'task.unstalled': 'running',
  'task.stopping': 'stopping',
  'task.abandoned': undefined,
  'task.interrupted': 'dispatched',
  'task.retrying': 'dispatched',
  'task.redriven': 'pending',
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.dead-lettered': undefined,
  'task.killed': 'killed',
  'task.skipped': 'skipped',
}

/** The status that a fact puts its task or its run into, if it changes that. */
export function statusTold(fact: RunFact): TaskStatus | RunState | undefined {
  return fact.type === 'task.asked' && fact.of === 'failure' ? 'dispatched' : told[fact.type]
}
