import { type AnyDag, type Plan, type PlannedTask, planOf } from './plan.ts'
import { ruleLabel } from './rules.ts'
import { type PictureOptions, statusColours } from './status-colours.ts'

/**
 * A dag in Graphviz's DOT language. Edges lead from a dependency to its dependent and name the dependent's rule where
 * that is not `all-completed`. The same dag gives the same text; any id is shown as it is.
 */
export function toDot(source: Plan | AnyDag, options: PictureOptions = {}): string {
  const { name, tasks } = planOf(source)
  return [
    'digraph {',
    `  graph [label="${escape(name)}", labelloc=t, rankdir=${options.direction === 'right' ? 'LR' : 'TB'}]`,
    '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="sans-serif"]',
    '  edge [fontname="sans-serif", fontsize=10]',
    ...tasks.map((task) => `  t${task.index} [${attributes(task.id, options.status?.(task.id))}]`),
    ...tasks.flatMap(edgesInto),
    '}',
    '',
  ].join('\n')
}

function edgesInto(task: PlannedTask): string[] {
  const rule = ruleLabel(task)
  const label = rule === undefined ? '' : ` [label="${rule}"]`
  return task.needs.map((need) => `  t${need} -> t${task.index}${label}`)
}

function attributes(id: string, status: string | undefined): string {
  if (status === undefined) return `label="${escape(id)}"`
  const label = `label="${escape(id)}\\n${escape(status)}"`
  if (!Object.hasOwn(statusColours, status)) return label
  const { fill, line } = statusColours[status]!
  return `${label}, fillcolor="${fill}", color="${line}"`
}

/** In labels Graphviz reads `\n`, `\N` and the like, and HTML entities. */
function escape(text: string): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/&/g, '&amp;')
    .replace(turned, (character) => `&#${character.charCodeAt(0)};`)
}

/** What changes the direction of writing, also of whatever else stands on a line of the text. */
const turned = /\p{Bidi_C}/gu
