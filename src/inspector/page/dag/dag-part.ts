import { computed, signal } from '../state/signals.ts'

/** What of the view is shown. */
export const parts = ['picture', 'both', 'table'] as const
type Part = (typeof parts)[number]
const narrow = matchMedia('(width <= 900px)')
export const isNarrow = signal(narrow.matches)
narrow.addEventListener('change', () => {
  isNarrow.value = narrow.matches
})
export const chosenPart = signal<Part | undefined>(undefined)
/** A narrow page has room for one of the two; the table tells more there. */
export const part = computed((): Part => {
  const chosen = chosenPart.value
  if (!isNarrow.value) return chosen ?? 'both'
  return chosen === 'picture' ? 'picture' : 'table'
})
