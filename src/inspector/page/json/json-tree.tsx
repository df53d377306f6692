import type { ComponentChildren } from 'preact'
import { isContainer, isSame } from './same.ts'

/** Of a longer list no more than this is shown. */
const mostParts = 200
const longestText = 2_000

interface Shown {
  readonly value: unknown
  /** What it was before, where that is to be compared: what differs is marked. */
  readonly before?: { readonly value: unknown } | undefined
}

/** A value as a tree that folds. */
export function JsonTree({ value, before, label }: Shown & { readonly label: string }): ComponentChildren {
  return (
    <div class="json mono" role="group" aria-label={label}>
      {isContainer(value) ? <Parts value={value} before={before} depth={0} /> : <Leaf value={value} />}
    </div>
  )
}

function Parts({ value, before, depth }: Shown & { readonly depth: number }): ComponentChildren {
  const parts = Object.entries(value as Readonly<Record<string, unknown>>)
  const old = isContainer(before?.value) ? before.value : undefined
  const gone = Object.keys(old ?? {}).filter((name) => !Object.hasOwn(value as object, name))
  return (
    <>
      {parts.slice(0, mostParts).map(([name, part]) => (
        <Part
          key={name}
          name={name}
          value={part}
          depth={depth}
          before={old === undefined ? undefined : { value: old[name] }}
        />
      ))}
      {parts.length > mostParts && <div class="json-more">… {parts.length - mostParts} more</div>}
      {gone.map((name) => (
        <div key={`- ${name}`} class="json-part" data-change="gone">
          <span class="json-name">{name}</span> <s>{inShort(old![name])}</s>
        </div>
      ))}
    </>
  )
}

function Part({
  name,
  value,
  before,
  depth,
}: Shown & { readonly name: string; readonly depth: number }): ComponentChildren {
  const isChanged = before !== undefined && !isSame(value, before.value)
  const change = !isChanged ? undefined : before.value === undefined ? 'new' : 'other'
  if (!isContainer(value) || Object.keys(value).length === 0) {
    return (
      <div class="json-part" data-change={change}>
        <span class="json-name">{name}</span> <Leaf value={value} />
        {change === 'other' && !isContainer(before?.value) && (
          <span class="json-before"> was {inShort(before?.value)}</span>
        )}
      </div>
    )
  }
  return (
    <details class="json-part" data-change={change} open={depth < 1 || isChanged}>
      <summary>
        <span class="json-name">{name}</span> <span class="json-size">{sizeOf(value)}</span>
      </summary>
      <div class="json-inside">
        <Parts value={value} depth={depth + 1} before={before} />
      </div>
    </details>
  )
}

function Leaf({ value }: { readonly value: unknown }): ComponentChildren {
  const text = typeof value === 'string' ? value : inShort(value)
  const shown = text.length > longestText ? `${text.slice(0, longestText)}…` : text
  return <span class={typeof value === 'string' ? 'json-text' : 'json-value'}>{shown}</span>
}

function inShort(value: unknown): string {
  if (value === undefined) return '–'
  if (isContainer(value)) return sizeOf(value)
  return typeof value === 'string' && value.length > 60 ? `${value.slice(0, 59)}…` : JSON.stringify(value)
}

function sizeOf(value: Readonly<Record<string, unknown>>): string {
  const { length } = Object.keys(value)
  if (Array.isArray(value)) return length === 0 ? '[]' : `[${length}]`
  return length === 0 ? '{}' : `{${length}}`
}
