import type { ComponentChildren } from 'preact'
import { shownViews } from '../agents/agents-state.ts'
import { view } from '../state/shown.ts'

const titles = {
  dag: 'Dag',
  timeline: 'Timeline',
  statechart: 'Statechart',
  events: 'Events',
  facts: 'Facts',
  agents: 'Agents',
} as const

export function Tabs(): ComponentChildren {
  const views = shownViews.value
  return (
    <div class="tabs" role="tablist" aria-label="Views">
      {views.map((name, place) => (
        <button
          type="button"
          role="tab"
          key={name}
          id={`tab-${name}`}
          aria-selected={view.value === name}
          aria-controls="view"
          tabIndex={view.value === name ? 0 : -1}
          onClick={() => {
            view.value = name
          }}
          onKeyDown={({ key }) => {
            const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
            if (step === 0) return
            view.value = views[(place + step + views.length) % views.length]!
            document.getElementById(`tab-${view.value}`)?.focus()
          }}
        >
          {titles[name]}
        </button>
      ))}
    </div>
  )
}
