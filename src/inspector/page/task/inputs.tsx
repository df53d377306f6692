import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { TaskStructure } from '../../../graph/plan.ts'
import { moment } from '../state/shown.ts'
import { brief } from './json-shape.ts'
import { JsonTree } from './json-tree.tsx'
import { Section } from './section.tsx'
import { TaskLink } from './task-link.tsx'

const shownAtFirst = 12

/** What a task needs: its dependencies, each with the output that it gives. */
export function Inputs({ structure }: { readonly structure: TaskStructure }): ComponentChildren {
  const [most, setMost] = useState(shownAtFirst)
  const { needs } = structure
  return (
    <Section title="Needs" count={needs.length} isOpen={needs.length > 0}>
      {needs.length === 0 ? (
        <p class="soft">It needs no other task.</p>
      ) : (
        <ul class="task-links">
          {needs.slice(0, most).map((id) => (
            <li key={id}>
              <Input id={id} />
            </li>
          ))}
          {needs.length > most && (
            <li>
              <button type="button" class="plain soft" onClick={() => setMost(most + 1_000)}>
                {needs.length - most} more
              </button>
            </li>
          )}
        </ul>
      )}
    </Section>
  )
}

function Input({ id }: { readonly id: string }): ComponentChildren {
  const [isOpen, open] = useState(false)
  const outcome = moment.value.tasks.get(id)?.outcome
  const output = outcome?.status === 'completed' ? outcome.output : undefined
  return (
    <>
      <div class="input">
        <TaskLink id={id} />
        {output !== undefined && (
          <button
            type="button"
            class="plain soft mono"
            aria-expanded={isOpen}
            title={`The output of ${id}`}
            onClick={() => open(!isOpen)}
          >
            {brief(output, 40)}
          </button>
        )}
      </div>
      {isOpen && output !== undefined && <JsonTree value={output} />}
    </>
  )
}
