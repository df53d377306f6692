import type { TaskId } from '../../../machines/outcome.ts'
import type { TaskView } from '../../events/task-view.ts'
import { shownText } from '../../text/shown-text.ts'
import { withNoun } from '../../text/with-noun.ts'

const mostAgents = 10
const mostNames = 8

interface Part {
  readonly done: TaskId[]
  readonly failed: TaskId[]
}

/** A line for each agent: what it has done, and what it has failed. None for a run without agents. */
export function agentLines(tasks: Iterable<TaskView>): string[] {
  const parts = new Map<string, Part>()
  const partOf = (agentId: string): Part => {
    let part = parts.get(agentId)
    if (part === undefined) parts.set(agentId, (part = { done: [], failed: [] }))
    return part
  }
  for (const { id, agents, outcome } of tasks) {
    if (agents === undefined) continue
    const { agentId, failedWith } = agents
    const last = outcome?.status === 'failed' && agentId !== undefined ? [agentId] : []
    for (const failed of new Set([...failedWith, ...last])) partOf(failed).failed.push(id)
    if (agentId !== undefined && outcome?.status === 'completed') partOf(agentId).done.push(id)
  }
  const ids = [...parts.keys()].toSorted()
  const lines = ids.slice(0, mostAgents).map((agentId) => {
    const { done, failed } = parts.get(agentId)!
    const said = [
      ...(done.length === 0 ? [] : [`did ${listed(done)}`]),
      ...(failed.length === 0 ? [] : [`failed ${listed(failed)}`]),
    ]
    return `${shownText(agentId)} ${said.join('; ')}`
  })
  const more = ids.length - lines.length
  return more > 0 ? [...lines, `and ${withNoun(more, 'more agent')}`] : lines
}

function listed(ids: readonly TaskId[]): string {
  const named = ids.slice(0, mostNames).map(shownText).join(', ')
  return ids.length <= mostNames ? named : `${named} and ${ids.length - mostNames} more`
}
