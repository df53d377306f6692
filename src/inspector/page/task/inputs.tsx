import type { ComponentChildren } from 'preact'
import type { TaskStructure } from '../../../graph/plan.ts'
import { moment } from '../state/shown.ts'
import { Few } from './few.tsx'
import { brief } from './json-shape.ts'
import { JsonTree } from './json-tree.tsx'
import { Section } from './section.tsx'
import { TaskLink } from './task-link.tsx'
import { useSignal } from '../state/signals.ts'

/** What a task needs: its dependencies, each with the output that it gives. */
export function Inputs({ needs }: TaskStructure): ComponentChildren {
  return (
    <Section title="Needs" count={needs.length} isOpen={needs.length > 0}>
      {needs.length === 0 && <p class="soft">It needs no other task.</p>}
      <Few of={needs} most={12}>
        {(id) => <Input key={id} id={id} />}
      </Few>
    </Section>
  )
}

function Input({ id }: { readonly id: string }): ComponentChildren {
  const isOpen = useSignal(false)
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
            aria-expanded={isOpen.value}
            title={`The output of ${id}`}
            onClick={() => {
              isOpen.value = !isOpen.value
            }}
          >
            {brief(output, 40)}
          </button>
        )}
      </div>
      {isOpen.value && output !== undefined && <JsonTree value={output} />}
    </>
  )
}
