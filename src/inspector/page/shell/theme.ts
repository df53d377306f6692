import { effect, signal } from '../state/signals.ts'

export type Theme = 'light' | 'dark'

const asked = matchMedia('(prefers-color-scheme: dark)')
const key = 'dagmar-theme'

/** The theme that is shown: the system's, until somebody chooses. Canvases are drawn anew when it changes. */
export const theme = signal<Theme>(chosen() ?? (asked.matches ? 'dark' : 'light'))

asked.addEventListener('change', () => {
  if (chosen() === undefined) theme.value = asked.matches ? 'dark' : 'light'
})

effect(() => {
  document.documentElement.dataset['theme'] = theme.value
})

export function changeTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
  try {
    localStorage.setItem(key, theme.value)
  } catch {
    // A page that was opened from a disk may keep nothing.
  }
}

function chosen(): Theme | undefined {
  try {
    const kept = localStorage.getItem(key)
    return kept === 'light' || kept === 'dark' ? kept : undefined
  } catch {
    return undefined
  }
}
