import type { ComponentChildren } from 'preact'
import { withNoun } from '../../../text/with-noun.ts'
import { CopyButton } from './copy-button.tsx'
import { Few } from './few.tsx'
import { brief, isLarger, isSame, type Member, membersOf, raw } from './json-shape.ts'
import { Written } from './stretches.tsx'
import { useSignal } from '../state/signals.ts'

/** What a value was before, where what differs is to be marked. */
type Before = { readonly value: unknown } | undefined

/** A value as a tree, of which what is large is closed at first. A text is shown as it is read. */
export function JsonTree({
  value,
  before,
}: {
  readonly value: unknown
  readonly before?: Before
}): ComponentChildren {
  const isRaw = useSignal(false)
  return (
    <div class="json">
      <div class="json-tools">
        {membersOf(value) !== undefined && (
          <button
            type="button"
            class="plain soft"
            aria-pressed={isRaw.value}
            onClick={() => {
              isRaw.value = !isRaw.value
            }}
          >
            {isRaw.value ? 'Tree' : 'Raw'}
          </button>
        )}
        <CopyButton text={() => raw(value)} />
      </div>
      {isRaw.value || typeof value === 'string' ? (
        <Text text={raw(value)} />
      ) : (
        <Value value={value} isOpen={before !== undefined || !isLarger(value, 40)} before={before} />
      )}
    </div>
  )
}

const longestWhole = 20_000

function Text({ text }: { readonly text: string }): ComponentChildren {
  const isWhole = useSignal(false)
  const isLong = text.length > longestWhole && !isWhole.value
  return (
    <>
      <pre class="raw">
        <Written text={isLong ? text.slice(0, longestWhole) : text} />
      </pre>
      {isLong && (
        <button
          type="button"
          class="plain soft"
          onClick={() => {
            isWhole.value = true
          }}
        >
          All {text.length} characters
        </button>
      )}
    </>
  )
}

interface ValueOptions {
  readonly value: unknown
  readonly name?: string
  readonly isOpen: boolean
  readonly before?: Before
}

function Value({ value, name, isOpen, before }: ValueOptions): ComponentChildren {
  const members = membersOf(value)
  const isChanged = name !== undefined && before !== undefined && !isSame(value, before.value)
  const change = isChanged ? '' : undefined
  const label = name === undefined ? null : <span class="json-name">{name}: </span>
  if (members === undefined || members.length === 0) {
    return (
      <div class="json-leaf" data-changed={change}>
        {label}
        <Leaf value={value} />
        {isChanged && before.value !== undefined && <span class="soft"> was {brief(before.value)}</span>}
      </div>
    )
  }
  return (
    <div data-changed={change}>
      <Branch value={value} label={label} members={members} isOpen={isOpen || isChanged} before={before} />
    </div>
  )
}

interface BranchOptions {
  readonly value: unknown
  readonly label: ComponentChildren
  readonly members: readonly Member[]
  readonly isOpen: boolean
  readonly before: Before
}

function Branch({ value, label, members, isOpen, before }: BranchOptions): ComponentChildren {
  const open = useSignal(isOpen)
  const old = before === undefined ? undefined : new Map(membersOf(before.value))
  const gone = [...(old?.keys() ?? [])].filter((name) => !members.some(([known]) => known === name))
  return (
    <details
      open={open.value}
      onToggle={({ currentTarget }) => {
        open.value = currentTarget.open
      }}
    >
      <summary>
        {label}
        <span class="soft">
          {open.value ? withNoun(members.length, Array.isArray(value) ? 'item' : 'field') : brief(value)}
        </span>
      </summary>
      {open.value && (
        <div class="json-members">
          <Few of={members} most={100}>
            {([name, member]) => (
              <Value
                key={name}
                name={name}
                value={member}
                isOpen={!isLarger(member, 12)}
                before={old === undefined ? undefined : { value: old.get(name) }}
              />
            )}
          </Few>
          {gone.map((name) => (
            <div key={name} class="json-leaf" data-changed="">
              <s class="soft">{`${name}: ${brief(old!.get(name))}`}</s>
            </div>
          ))}
        </div>
      )}
    </details>
  )
}

const longestText = 400

function Leaf({ value }: { readonly value: unknown }): ComponentChildren {
  const isWhole = useSignal(false)
  if (typeof value !== 'string') return <span>{brief(value)}</span>
  const isLong = value.length > longestText
  return (
    <>
      <span class="json-text">
        {JSON.stringify(isLong && !isWhole.value ? value.slice(0, longestText) : value)}
      </span>
      {isLong && (
        <button
          type="button"
          class="plain soft"
          onClick={() => {
            isWhole.value = !isWhole.value
          }}
        >
          {isWhole.value ? ' less' : ` … ${value.length} characters`}
        </button>
      )}
    </>
  )
}
