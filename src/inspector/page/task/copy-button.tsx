import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'

/** Copies a text, and says whether it could. */
export function CopyButton({ text }: { readonly text: () => string }): ComponentChildren {
  const [said, say] = useState('Copy')
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text())
      say('Copied')
    } catch {
      say('Not allowed')
    }
    setTimeout(() => say('Copy'), 1_500)
  }
  return (
    <button type="button" class="plain soft" onClick={() => void copy()}>
      {said}
    </button>
  )
}
