import { batch, effect } from './signals.ts'
import {
  history,
  pin,
  pinnedSeq,
  runId,
  runs,
  search,
  selectedActor,
  selectedAgent,
  selectedTask,
  statusFilter,
  type View,
  view,
  views,
} from './shown.ts'

/** The token is kept for the port that it belongs to, until the tab is closed. */
const tokenKey = `dagmar-token-${location.port}`

/**
 * Takes the token out of the address at once, so that it is neither seen nor sent to anybody. It is kept for this tab.
 * Returns undefined where none was given, now or before.
 */
export function takeToken(): string | undefined {
  const fragment = location.hash.slice(1)
  if (fragment !== '' && !fragment.startsWith('/')) {
    keep(fragment)
    window.history.replaceState(null, '', `${location.pathname}${location.search}`)
    return fragment
  }
  return kept()
}

let held: string | undefined

function keep(token: string): void {
  held = token
  try {
    sessionStorage.setItem(tokenKey, token)
  } catch {
    // A browser may forbid it; then a reload needs the whole address again.
  }
}

function kept(): string | undefined {
  try {
    return held ?? sessionStorage.getItem(tokenKey) ?? undefined
  } catch {
    return held
  }
}

/** Keeps the place that is looked at in the address, and goes to the place that the address names. */
export function followAddress(): void {
  read()
  addEventListener('hashchange', () => {
    const isToken = location.hash.length > 1 && !location.hash.startsWith('#/')
    if (isToken && takeToken() !== undefined) location.reload()
    else read()
  })
  effect(() => write(written()))
}

/** What stood behind the # when it was last read or written. */
let known = ''

function write(address: string): void {
  // Somebody has entered another address meanwhile, and it is about to be read.
  if (location.hash !== known) return
  if (location.hash.slice(1) !== address) window.history.replaceState(null, '', `#${address}`)
  known = location.hash
}

/** `#/timeline?task=build&at=120`: the view, and what is selected in it. */
function written(): string {
  const place = new URLSearchParams()
  if (view.value === 'runs') return '/runs'
  // A run is named where there are several.
  if (runId.value !== undefined && runs.value.length > 1) place.set('run', runId.value)
  if (selectedTask.value !== undefined) place.set('task', selectedTask.value)
  if (selectedAgent.value !== undefined) place.set('agent', selectedAgent.value)
  if (selectedActor.value !== undefined) place.set('actor', selectedActor.value)
  if (pinnedSeq.value !== undefined) place.set('at', String(pinnedSeq.value))
  const rest = place.toString()
  return `/${view.value}${rest === '' ? '' : `?${rest}`}`
}

function read(): void {
  known = location.hash
  const [name, rest = ''] = known.slice(1).split('?')
  if (name === undefined || !name.startsWith('/')) return
  const place = new URLSearchParams(rest)
  // All at once: the address is not to lose a part of itself in between.
  batch(() => {
    const named = name.slice(1) as View
    if (named !== view.value && [named, view.value].includes('runs')) {
      search.value = ''
      statusFilter.value = new Set()
    }
    if ([...views, 'runs'].includes(named)) view.value = named
    runId.value = place.get('run') ?? runId.value
    selectedTask.value = place.get('task') ?? undefined
    selectedAgent.value = place.get('agent') ?? undefined
    selectedActor.value = place.get('actor') ?? undefined
    const at = Number(place.get('at') ?? Number.NaN)
    if (!Number.isInteger(at) || at < 1) pinnedSeq.value = undefined
    else if (history.value.lastSeq === 0) pinnedSeq.value = at
    else pin(at)
  })
  // What it names and is not there is taken out.
  write(written())
}
