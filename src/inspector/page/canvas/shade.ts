import { computed } from '../state/signals.ts'
import { theme } from '../shell/theme.ts'

/** What has been read off the page in this theme. */
const read = computed(() => {
  void theme.value
  const style = getComputedStyle(document.documentElement)
  return { style, known: new Map<string, string>() }
})

/** A colour or a font of the style sheet in the theme that is shown, by its name there: `paper`, `state-failed`. */
export function shade(name: string): string {
  const { style, known } = read.value
  const value = known.get(name) ?? style.getPropertyValue(`--${name}`).trim()
  known.set(name, value)
  return value
}
