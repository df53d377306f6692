import { signal, useEffect, useRef } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import { keys } from './key-list.ts'

interface Asked {
  readonly title: string
  readonly text: string
  readonly yes: string
  readonly answer: (isYes: boolean) => void
}

const asked = signal<Asked | 'help' | undefined>(undefined)

export function isDialogOpen(): boolean {
  return asked.value !== undefined
}

export function showHelp(): void {
  asked.value = 'help'
}

export function closeDialog(): void {
  answer(false)
}

/** Asks before something is done. `yes` is what the button says. */
export function confirm(title: string, text: string, yes: string): Promise<boolean> {
  closeDialog()
  return new Promise((resolve) => {
    asked.value = { title, text, yes, answer: resolve }
  })
}

function answer(isYes: boolean): void {
  const open = asked.value
  asked.value = undefined
  if (typeof open === 'object') open.answer(isYes)
}

export function Dialogs(): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>()
  const open = asked.value
  useEffect(() => {
    if (open === undefined) dialog.current?.close()
    else if (dialog.current?.open === false) dialog.current.showModal()
  }, [open])
  return (
    <dialog class="dialog" ref={dialog} onClose={closeDialog} aria-labelledby="dialog-title">
      {open === 'help' && <Help />}
      {typeof open === 'object' && (
        <>
          <h2 id="dialog-title">{open.title}</h2>
          <p>{open.text}</p>
          <div class="buttons">
            <button type="button" onClick={closeDialog}>
              Cancel
            </button>
            <button type="button" class="strong" onClick={() => answer(true)}>
              {open.yes}
            </button>
          </div>
        </>
      )}
    </dialog>
  )
}

function Help(): ComponentChildren {
  return (
    <>
      <h2 id="dialog-title">Keys</h2>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons">
        <button type="button" class="strong" onClick={closeDialog}>
          Close
        </button>
      </div>
    </>
  )
}
