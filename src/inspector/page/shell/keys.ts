import { history, pin, pinnedSeq, select, selectedTask, view, views } from '../state/shown.ts'
import { closeDialog, isDialogOpen, showHelp } from './dialogs.tsx'

/** Listens to the keys that work everywhere. Returns what stops it. */
export function heedKeys(): () => void {
  addEventListener('keydown', heed)
  return () => removeEventListener('keydown', heed)
}

function heed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const target = event.target as HTMLElement | null
  if (target !== null && /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return
  if (act(event.key, target)) event.preventDefault()
}

function act(key: string, target: HTMLElement | null): boolean {
  const chosen = views[Number(key) - 1]
  if (chosen !== undefined) {
    view.value = chosen
    return true
  }
  switch (key) {
    case '/':
      document.getElementById('search')?.focus()
      return true
    case '[':
      pin((pinnedSeq.value ?? history.value.lastSeq) - 1)
      return true
    case ']':
      if (pinnedSeq.value !== undefined) pin(pinnedSeq.value + 1)
      return true
    case ' ':
      if (target?.tagName === 'BUTTON' || target?.tagName === 'SUMMARY') return false
      pin(pinnedSeq.value === undefined ? history.value.lastSeq : undefined)
      return true
    case 'Home':
      pin(1)
      return true
    case 'End':
      pin(undefined)
      return true
    case '?':
      showHelp()
      return true
    case 'Escape':
      if (isDialogOpen()) closeDialog()
      else if (selectedTask.value !== undefined) select(undefined)
      else return false
      return true
    default:
      return false
  }
}
