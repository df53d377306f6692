import type { ComponentChildren } from 'preact'
import { useSignal } from '../state/signals.ts'

/** Copies a text, and says whether it could. */
export function CopyButton({ text }: { readonly text: () => string }): ComponentChildren {
  const said = useSignal('Copy')
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text())
      said.value = 'Copied'
    } catch {
      said.value = 'Not allowed'
    }
    setTimeout(() => {
      said.value = 'Copy'
    }, 1_500)
  }
  return (
    <button type="button" class="plain soft" onClick={() => void copy()}>
      {said.value}
    </button>
  )
}
