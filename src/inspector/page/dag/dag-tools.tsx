import type { ComponentChildren } from 'preact'
import { groupOfSelected, originalSize, trace } from './dag-keys.ts'
import { fit, toggleAllGroups, toggleGroup } from './dag-moves.ts'
import { chosenPart, isNarrow, part, parts } from './dag-part.ts'
import { camera, isTracing, model, selectedBox, unfolded } from './dag-state.ts'

const partNames = { picture: 'Graph', both: 'Both', table: 'Table' } as const

export function Tools(): ComponentChildren {
  const group = groupOfSelected.value
  const { groups } = model.value
  const isPicture = part.value !== 'table'
  return (
    <div class="dag-tools" role="toolbar" aria-label="Dag">
      <div class="dag-parts" role="group" aria-label="Show">
        {parts
          .filter((name) => name !== 'both' || !isNarrow.value)
          .map((name) => (
            <button
              type="button"
              key={name}
              aria-pressed={part.value === name}
              onClick={() => {
                chosenPart.value = name
              }}
            >
              {partNames[name]}
            </button>
          ))}
      </div>
      {isPicture && (
        <>
          <button type="button" title="Fit the whole dag  f" onClick={fit}>
            Fit
          </button>
          <button type="button" title="Original size  0" onClick={originalSize}>
            {Math.round(camera.value.zoom * 100)} %
          </button>
          <button
            type="button"
            title="Only what the selected task needs, and what needs it  t"
            aria-pressed={isTracing.value}
            disabled={selectedBox.value === undefined}
            onClick={trace}
          >
            Trace
          </button>
          {group !== undefined && (
            <button
              type="button"
              title="Draw the tasks of this group as one box  g"
              onClick={() => toggleGroup(group.key)}
            >
              {unfolded.value.has(group.key) ? 'Fold' : 'Unfold'} {group.label}
            </button>
          )}
          {groups.length > 0 && (
            <button type="button" onClick={toggleAllGroups}>
              {groups.every(({ key }) => unfolded.value.has(key)) ? 'Fold all' : 'Unfold all'}
            </button>
          )}
        </>
      )}
    </div>
  )
}
