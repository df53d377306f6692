import { shownViews } from '../agents/agents-state.ts'
import {
  history,
  pin,
  pinnedSeq,
  runs,
  select,
  selectAgent,
  selectedAgent,
  selectedTask,
  view,
  views,
} from '../state/shown.ts'
import { closeDialog, isDialogOpen, showHelp } from './dialogs.tsx'
import type { Keys } from './heed-keys.ts'

const viewKeys = views.map((name, place) => {
  const show = (): void => {
    if (shownViews.value.includes(name)) view.value = name
  }
  return [String(place + 1), show] as const
})

/** The keys that work everywhere. */
export const keys: Keys = {
  ...Object.fromEntries(viewKeys),
  '/': () => document.getElementById('search')?.focus(),
  '[': () => pin((pinnedSeq.value ?? history.value.lastSeq) - 1),
  ']': () => {
    if (pinnedSeq.value !== undefined) pin(pinnedSeq.value + 1)
  },
  ' ': ({ target }) => {
    if (target instanceof Element && target.matches('button, summary')) return false
    pin(pinnedSeq.value === undefined ? history.value.lastSeq : undefined)
    return true
  },
  Home: () => pin(1),
  End: () => pin(undefined),
  r: () => {
    if (runs.value.length > 1) location.hash = '#/runs'
  },
  '?': showHelp,
  Escape: () => {
    if (isDialogOpen()) closeDialog()
    else if (selectedTask.value !== undefined) select(undefined)
    else if (view.value === 'agents' && selectedAgent.value !== undefined) selectAgent(undefined)
    else return false
    return true
  },
}
