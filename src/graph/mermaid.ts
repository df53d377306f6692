import { type AnyDag, type Plan, type PlannedTask, planOf } from './plan.ts'
import { ruleLabel } from './rules.ts'
import { type PictureOptions, statusColours } from './status-colours.ts'

/**
 * A dag as a Mermaid flowchart. Edges lead from a dependency to its dependent and name the dependent's rule where
 * that is not `all-completed`. The same dag gives the same text; any id is shown as it is.
 */
export function toMermaid(source: Plan | AnyDag, options: PictureOptions = {}): string {
  const { tasks } = planOf(source)
  const statuses = tasks.map((task) => options.status?.(task.id))
  return [
    `flowchart ${options.direction === 'right' ? 'LR' : 'TD'}`,
    ...tasks.map((task, index) => `  t${index}["${label(task.id, statuses[index])}"]`),
    ...tasks.flatMap(edgesInto),
    ...classes(statuses),
    '',
  ].join('\n')
}

function edgesInto(task: PlannedTask): string[] {
  const rule = ruleLabel(task)
  const arrow = rule === undefined ? '-->' : `-->|${rule}|`
  return task.needs.map((need) => `  t${need} ${arrow} t${task.index}`)
}

function label(id: string, status: string | undefined): string {
  return status === undefined ? escape(id) : `${escape(id)}<br/>${escape(status)}`
}

/**
 * Mermaid reads labels as Markdown with HTML and entities. ASCII punctuation becomes an entity, except characters that
 * are harmless inside a name, and so does what turns the direction of writing. At the start, `-`, `_` and a number's full stop would begin a list or an emphasis.
 */
function escape(text: string): string {
  return text
    .replace(/^(?:\d+\.|[-_]|www\.)|[!-,:-@[-^`{-~\p{Cc}\p{Bidi_C}]/gu, (match) =>
      match.replace(/[^\da-z]/gu, (character) => `#${character.codePointAt(0)};`),
    )
    .replace(/^ | $/g, '#160;')
}

function classes(statuses: readonly (string | undefined)[]): string[] {
  return Object.entries(statusColours).flatMap(([status, { fill, line }]) => {
    const members = statuses.flatMap((one, index) => (one === status ? [`t${index}`] : []))
    return members.length === 0
      ? []
      : [
          `  classDef ${status} fill:${fill},stroke:${line},color:#1f2328`,
          `  class ${members.join(',')} ${status}`,
        ]
  })
}
