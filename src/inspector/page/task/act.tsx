import { useSignal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import type { Command } from '../../protocol.ts'
import { confirm } from '../shell/dialogs.tsx'
import { command } from '../state/connection.ts'
import { runId } from '../state/shown.ts'

/** A command that somebody may give. */
export interface Deed {
  /** What the button says. */
  readonly name: string
  readonly title: string
  readonly text: string
  readonly command: Command
}

/** Gives a command once it is confirmed. Returns what was said if it was refused. */
export async function act({ name, title, text, command: given }: Deed): Promise<string | undefined> {
  const run = runId.value
  if (run === undefined || !(await confirm(title, text, name))) return undefined
  try {
    await command(run, given)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Buttons for commands. What is refused is said below them. */
export function Deeds({ deeds }: { readonly deeds: readonly Deed[] }): ComponentChildren {
  const refusal = useSignal<string | undefined>(undefined)
  const isBusy = useSignal(false)
  if (deeds.length === 0) return null
  const give = async (deed: Deed): Promise<void> => {
    isBusy.value = true
    refusal.value = undefined
    refusal.value = await act(deed)
    isBusy.value = false
  }
  return (
    <div class="deeds">
      {deeds.map((deed) => (
        <button type="button" key={deed.name} disabled={isBusy.value} onClick={() => void give(deed)}>
          {deed.name}
        </button>
      ))}
      <Refusal text={refusal.value} />
    </div>
  )
}

export function Refusal({ text }: { readonly text: string | undefined }): ComponentChildren {
  return (
    <p class="refusal" role="alert">
      {text !== undefined && `Refused: ${text}`}
    </p>
  )
}
