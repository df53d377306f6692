import type { ComponentChildren } from 'preact'
import type { AgentJob } from '../../../events/agent-facts.ts'
import { runId } from '../state/shown.ts'
import { TaskLink } from '../task/task-link.tsx'
import { addressOf } from './lanes.ts'

/** What an agent has: each leads to its task. */
export function JobLinks({ jobs }: { readonly jobs: readonly AgentJob[] }): ComponentChildren {
  return jobs.map(({ runId: run, taskId }) =>
    run === runId.value ? (
      <TaskLink key={taskId} id={taskId} />
    ) : (
      <a
        key={run + taskId}
        class="task-link"
        href={addressOf(run, taskId)}
        title={`${taskId} of the run ${run}`}
      >
        {taskId} <span class="soft">in another run</span>
      </a>
    ),
  )
}
