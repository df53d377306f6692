import type { ComponentChildren } from 'preact'
import type { TaskStructure } from '../../../graph/plan.ts'
import { showMs } from '../../../time/show-ms.ts'

/** What the dag says of a task. */
export function Options(structure: TaskStructure): ComponentChildren {
  const { executor, priority, uses, maxAttempts, onFailure, estimateMs, rule, teardown } = structure
  const rows: readonly (readonly [string, string])[] = [
    ['rule', typeof rule === 'string' ? rule : `function ${rule.function}`],
    ['executor', executor],
    ['attempts', maxAttempts === null ? 'no limit' : String(maxAttempts)],
    ['on failure', onFailure],
    ['priority', String(priority)],
    ...(estimateMs === undefined ? [] : [['estimate', showMs(estimateMs)] as const]),
    ...Object.entries(uses).map(([pool, amount]) => ['uses', `${amount} of ${pool}`] as const),
    ...(teardown === true ? [['teardown', 'yes'] as const] : []),
  ]
  return <Rows rows={rows} />
}

interface RowsOptions {
  readonly rows: readonly (readonly [string, ComponentChildren])[]
}

/** Names, each with what it stands for. */
export function Rows({ rows }: RowsOptions): ComponentChildren {
  return (
    <dl class="options">
      {rows.map(([name, value], place) => (
        <div key={place}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
