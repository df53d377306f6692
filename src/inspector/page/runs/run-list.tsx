import type { ComponentChildren } from 'preact'
import { showMs } from '../../../time/show-ms.ts'
import { Gap, rowHeight } from '../dag/task-table.tsx'
import { useWindow } from '../list/window.ts'
import { Status } from '../shell/status.tsx'
import type { RunEntry } from '../state/log-model.ts'
import { isShown, listedAt, runs } from '../state/shown.ts'

const columns = ['id', 'status', 'name', 'project', 'labels', 'progress', 'age', 'last message']

/** All runs that search and filter leave, the latest first. */
export function RunList(): ComponentChildren {
  const all = runs.value.filter((run) => isShown(`${run.runId} ${wordsOf(run).join(' ')}`, run.status))
  const { frame, first, last, onScroll } = useWindow(all.length, rowHeight)
  return (
    <div class="dag-table run-list" ref={frame} onScroll={onScroll}>
      <table aria-label="Runs" aria-rowcount={all.length + 1} data-rows={all.length}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} />
          {all.slice(first, last).map((run) => (
            <Row key={run.runId} run={run} />
          ))}
          <Gap rows={all.length - last} />
        </tbody>
      </table>
      {all.length === 0 && <p class="empty">No run fits the search and the filter.</p>}
    </div>
  )
}

/** Name, project and labels. */
function wordsOf({ name, job }: RunEntry): readonly (string | undefined)[] {
  const labels = Object.entries(job?.labels ?? {}).map((label) => label.join('='))
  return [name, job?.project, labels.join(' ')]
}

function Row({ run }: { readonly run: RunEntry }): ComponentChildren {
  const { runId, status, job } = run
  return (
    <tr data-status={status}>
      {[
        <a class="mono" href={`#/dag?run=${encodeURIComponent(runId)}`}>
          {runId}
        </a>,
        <Status status={status} />,
        ...wordsOf(run),
        job !== undefined && <progress value={job.progress} />,
        job !== undefined && showMs(listedAt.value - job.dispatchedAt),
        job?.message,
      ].map((cell, place) => (
        <td key={place} title={typeof cell === 'string' ? cell : undefined}>
          {cell}
        </td>
      ))}
    </tr>
  )
}
