import { useSignal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import type { JsonValue } from '../../../events/json-value.ts'
import { confirm } from '../shell/dialogs.tsx'
import { command } from '../state/connection.ts'
import { runId } from '../state/shown.ts'
import type { ActorLook } from './shown-actor.ts'

type Fields = { readonly [key: string]: JsonValue }

/** Sends the actor an event that it takes now, once somebody has said yes. */
export function SendEvent({ look }: { readonly look: ActorLook }): ComponentChildren {
  const chosen = useSignal('')
  const fields = useSignal('')
  const said = useSignal<{ readonly text: string; readonly isFault: boolean } | undefined>(undefined)
  const { accepts, actor } = look
  const type =
    accepts.includes(chosen.value) || isOpen(accepts, chosen.value) ? chosen.value : (accepts[0] ?? '')
  const send = async (): Promise<void> => {
    const read = fieldsIn(fields.value)
    if (typeof read === 'string') {
      said.value = { text: read, isFault: true }
      return
    }
    const event = { ...read, type }
    if (!(await confirm(`Send ${type}?`, `${actor} gets ${JSON.stringify(event)}.`, 'Send'))) return
    try {
      await command(runId.value ?? '', { command: 'send', actor, event })
      said.value = { text: `${type} was sent.`, isFault: false }
    } catch (error) {
      said.value = { text: (error as Error).message, isFault: true }
    }
  }
  return (
    <form
      class="send"
      aria-label="Send an event"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {accepts.some((one) => one.endsWith('*')) ? (
        <input
          aria-label="Type of the event"
          value={type}
          onInput={({ currentTarget }) => {
            chosen.value = currentTarget.value
          }}
        />
      ) : (
        <select
          aria-label="Type of the event"
          value={type}
          onChange={({ currentTarget }) => {
            chosen.value = currentTarget.value
          }}
        >
          {accepts.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
      <input
        class="mono send-fields"
        aria-label="Fields of the event, as JSON"
        placeholder='fields, such as {"reason": "…"}'
        autocomplete="off"
        spellcheck={false}
        value={fields.value}
        onInput={({ currentTarget }) => {
          fields.value = currentTarget.value
          said.value = undefined
        }}
      />
      <button type="submit">Send…</button>
      {said.value !== undefined && (
        <p class={said.value.isFault ? 'send-fault' : 'soft'} role={said.value.isFault ? 'alert' : 'status'}>
          {said.value.text}
        </p>
      )}
    </form>
  )
}

/** Whether it is a type that a wildcard takes. */
function isOpen(accepts: readonly string[], type: string): boolean {
  return type !== '' && accepts.some((one) => one.endsWith('*') && type.startsWith(one.slice(0, -1)))
}

/** The fields of an event, or what is wrong with the text. */
export function fieldsIn(text: string): Fields | string {
  if (text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
    return 'The fields of an event are an object, such as {"reason": "too slow"}.'
  } catch {
    return 'This is not JSON. Names and texts need double quotes, as in {"reason": "too slow"}.'
  }
}
