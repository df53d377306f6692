import type { TaskStatus } from '../../../events/task-view.ts'
import { statuses } from '../shell/status.tsx'

/** The colours and fonts of the theme that is shown. */
export interface Palette {
  readonly paper: string
  readonly sunk: string
  readonly rule: string
  readonly ruleStrong: string
  readonly ink: string
  readonly ink3: string
  readonly select: string
  readonly edge: string
  readonly edgeStrong: string
  readonly mono: string
  readonly sans: string
  readonly state: Readonly<Record<TaskStatus, string>>
}

/** Reads them off the page: call it anew after the theme has changed. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const value = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    paper: value('paper'),
    sunk: value('sunk'),
    rule: value('rule'),
    ruleStrong: value('rule-strong'),
    ink: value('ink'),
    ink3: value('ink-3'),
    select: value('select'),
    edge: value('edge'),
    edgeStrong: value('edge-strong'),
    mono: value('mono'),
    sans: getComputedStyle(document.body).fontFamily,
    state: Object.fromEntries(
      statuses.map((status) => [status, value(`state-${status}`)]),
    ) as Palette['state'],
  }
}
