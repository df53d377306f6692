import type { TaskId } from '../../../machines/outcome.ts'

/** What a person looks at. Changed by keys alone. */
export interface Controls {
  readonly selected: TaskId | undefined
  readonly panel: Panel | undefined
  /** The task that a person is asked about whether to kill it. */
  readonly killing: TaskId | undefined
}

export type Panel =
  /** `top`: the first line that is shown; undefined while it follows the end. */
  | { readonly of: 'output' | 'why'; readonly taskId: TaskId; readonly top: number | undefined }
  | { readonly of: 'keys'; readonly top: number | undefined }

export type ControlAct =
  | { readonly do: 'kill'; readonly taskId: TaskId }
  /** Ask a person the question of this task now. */
  | { readonly do: 'answer'; readonly taskId: TaskId }
  | { readonly do: 'leave' }
  | { readonly do: 'detach' }

/** What the keys are about now. */
export interface Reached {
  /** The tasks that can be selected, in the order of their rows. */
  readonly ids: readonly TaskId[]
  /** Those of them that can be killed. */
  readonly isOpen: (id: TaskId) => boolean
  readonly asks: (id: TaskId) => boolean
  /** How many lines of a panel are shown at once, and how many there are. */
  readonly pageRows: number
  readonly panelLines: number
  readonly mayDetach: boolean
}

export interface Pressed {
  readonly controls: Controls
  readonly act?: ControlAct
}

export const noControls: Controls = { selected: undefined, panel: undefined, killing: undefined }

/** What a key does while no question is being typed. */
export function pressed(controls: Controls, key: string, reached: Reached): Pressed {
  if (controls.killing !== undefined) return confirmed(controls, controls.killing, key)
  const { panel } = controls
  switch (key) {
    case '<up>':
    case 'k':
      return panel !== undefined ? scrolled(controls, panel, -1, reached) : moved(controls, -1, reached)
    case '<down>':
    case 'j':
      return panel !== undefined ? scrolled(controls, panel, 1, reached) : moved(controls, 1, reached)
    case '<page-up>':
      return panel !== undefined
        ? scrolled(controls, panel, -reached.pageRows, reached)
        : moved(controls, -reached.pageRows, reached)
    case '<page-down>':
    case ' ':
      return panel !== undefined
        ? scrolled(controls, panel, reached.pageRows, reached)
        : moved(controls, reached.pageRows, reached)
    case '<home>':
    case 'g':
      return panel !== undefined
        ? scrolled(controls, panel, -Infinity, reached)
        : moved(controls, -Infinity, reached)
    case '<end>':
    case 'G':
      return panel !== undefined
        ? scrolled(controls, panel, Infinity, reached)
        : moved(controls, Infinity, reached)
    case '<enter>': {
      const id = controls.selected ?? reached.ids.find(reached.asks)
      if (id !== undefined && panel === undefined && reached.asks(id)) {
        return { controls, act: { do: 'answer', taskId: id } }
      }
      return opened(controls, 'output', reached)
    }
    case 'o':
      return opened(controls, 'output', reached)
    case 'w':
      return opened(controls, 'why', reached)
    case 'x': {
      const id = aboutOf(controls, reached)
      return id === undefined || !reached.isOpen(id)
        ? { controls }
        : { controls: { ...controls, killing: id } }
    }
    case '?':
    case 'h':
      return {
        controls: { ...controls, panel: panel?.of === 'keys' ? undefined : { of: 'keys', top: undefined } },
      }
    case '<escape>':
      if (panel !== undefined) return { controls: { ...controls, panel: undefined } }
      return { controls: noControls }
    case 'q':
      return { controls: noControls, act: { do: 'leave' } }
    case 'd':
      return reached.mayDetach ? { controls, act: { do: 'detach' } } : { controls }
    default:
      return { controls }
  }
}

function confirmed(controls: Controls, taskId: TaskId, key: string): Pressed {
  const asked = { ...controls, killing: undefined }
  return key.toLowerCase() === 'y' ? { controls: asked, act: { do: 'kill', taskId } } : { controls: asked }
}

function scrolled(controls: Controls, panel: Panel, by: number, { pageRows, panelLines }: Reached): Pressed {
  const last = Math.max(0, panelLines - pageRows)
  const next = Math.max(0, Math.min(panel.top ?? firstOf(panel, last), last) + by)
  // Output goes on below, and is followed from its end on; a story is read from its beginning.
  const top = panel.of === 'output' && next >= last ? undefined : Math.min(next, last)
  return { controls: { ...controls, panel: { ...panel, top } } }
}

/** Where a panel begins that nobody has scrolled. */
export function firstOf({ of }: Panel, last: number): number {
  return of === 'output' ? last : 0
}

function moved(controls: Controls, by: number, { ids }: Reached): Pressed {
  const place = controls.selected === undefined ? -1 : ids.indexOf(controls.selected)
  // From nowhere, down leads to the first and up to the last.
  const from = place === -1 && by < 0 ? ids.length : place
  const next = Math.max(0, Math.min(ids.length - 1, from + by))
  return { controls: { ...controls, panel: undefined, selected: ids[next] } }
}

/** The selected task, else the one that keys mean without a selection: the first. */
function aboutOf({ selected, panel }: Controls, { ids }: Reached): TaskId | undefined {
  return panel !== undefined && panel.of !== 'keys' ? panel.taskId : (selected ?? ids[0])
}

/** Opens the panel, or closes it where it is open. */
function opened(controls: Controls, of: 'output' | 'why', reached: Reached): Pressed {
  const taskId = aboutOf(controls, reached)
  if (taskId === undefined || controls.panel?.of === of)
    return { controls: { ...controls, panel: undefined } }
  return { controls: { ...controls, selected: taskId, panel: { of, taskId, top: undefined } } }
}
