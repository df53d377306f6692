import type { TaskStructure } from '../../../graph/plan.ts'
import { linksOf } from '../../../graph/structure.ts'
import { type Group, groupsOf } from './alike.ts'
import { wordsOfGroup } from './box-words.ts'
import { type Box, type Boxes, boxesOf } from './boxes.ts'
import { type Curves, curvesOf } from './curves.ts'
import { placesOf } from './cut-middle.ts'
import { type Grid, gridOf } from './grid.ts'
import { type Layout, layoutOf } from './layout.ts'

/** What changes only with the plan of a run: the tasks, and what looks alike among them. */
export interface Model {
  readonly ids: readonly string[]
  /** The place of each task among them. */
  readonly places: ReadonlyMap<string, number>
  readonly links: ReturnType<typeof linksOf>
  readonly groups: readonly Group[]
  /** The group of a task that looks like others. */
  readonly groupOf: ReadonlyMap<number, Group>
}

/** The picture of a dag, with the groups folded that nobody has unfolded. */
export interface Scene extends Boxes {
  readonly model: Model
  readonly layout: Layout
  readonly grid: Grid
  readonly curves: Curves
}

export function modelOf(structure: readonly TaskStructure[]): Model {
  const ids = structure.map(({ id }) => id)
  const links = linksOf(structure)
  const groups = groupsOf(ids, links)
  const groupOf = new Map(groups.flatMap((group) => group.members.map((member) => [member, group] as const)))
  const places = new Map(ids.map((id, place) => [id, place]))
  return { ids, places, links, groups, groupOf }
}

export function sceneOf(model: Model, isUnfolded: (key: string) => boolean): Scene {
  const boxes = boxesOf(model.ids, model.links, model.groups, isUnfolded)
  const widths = boxes.boxes.map(widthFor)
  const layout = layoutOf(boxes.links, { widths, height: 28, gapX: 40, gapY: 8 })
  return { ...boxes, model, layout, grid: gridOf(layout), curves: curvesOf(layout) }
}

/** Room for the id, the attempt and how long it took, or for how a group stands; a longer id is cut in its middle. */
function widthFor({ label, group }: Box): number {
  const words = group === undefined ? 84 : 29 + wordsOfGroup([['stalled', group.members.length]]).length * 6
  return Math.max(104, Math.ceil((Math.min(156, placesOf(label) * 7.3) + words) / 4) * 4)
}
