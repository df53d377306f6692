import { useSignal } from '../state/signals.ts'
import type { ComponentChildren } from 'preact'
import { withNoun } from '../../../text/with-noun.ts'
import type { JsonValue } from '../../../events/json-value.ts'
import { askedBy, type TaskView } from '../../../events/task-view.ts'
import { mayAct } from '../state/shown.ts'
import { act, Refusal } from './act.tsx'

/** What may be answered where a task asks before it starts, or has failed and asks what to do, and what comes of it. */
const decisions = {
  confirm: [
    ['yes', 'The task may start.'],
    ['no', 'The task is skipped.'],
  ],
  failure: [
    ['retry', 'Runs the task again, with all its attempts.'],
    ['skip', 'The task stays failed, and what needs it is skipped.'],
    ['ignore', 'The task stays failed, and counts as completed for what needs it.'],
    ['abort', 'The task stays failed, and the whole run is ended.'],
  ],
} as const

/** The oldest question of a task that waits, and what answers it where that is allowed. */
export function Questions({ task }: { readonly task: TaskView }): ComponentChildren {
  const [question] = task.questions
  const refusal = useSignal<string | undefined>(undefined)
  if (question === undefined) return null
  const of = askedBy(task)
  const answer = async (given: JsonValue, what: string): Promise<void> => {
    refusal.value = await act({
      name: 'Answer',
      title: `${task.id}: ${question}`,
      text: what,
      command: { command: 'answer', taskId: task.id, answer: given },
    })
  }
  return (
    <div class="question" role="group" aria-label="Question">
      <p class="said">
        <b>{question}</b>
      </p>
      {task.questions.length > 1 && (
        <p class="soft">{withNoun(task.questions.length - 1, 'more waits', 'more wait')} behind it.</p>
      )}
      {!mayAct.value && <p class="soft">It waits for an answer.</p>}
      {mayAct.value && of !== 'handler' && (
        <div class="deeds">
          {decisions[of].map(([decision, what]) => (
            <button type="button" key={decision} title={what} onClick={() => void answer(decision, what)}>
              {decision}
            </button>
          ))}
        </div>
      )}
      {mayAct.value && of === 'handler' && <FreeAnswer key={question} answer={answer} />}
      <Refusal text={refusal.value} />
    </div>
  )
}

interface FreeAnswerOptions {
  readonly answer: (given: JsonValue, what: string) => Promise<void>
}

function FreeAnswer({ answer }: FreeAnswerOptions): ComponentChildren {
  const text = useSignal('')
  const isJson = useSignal(false)
  const value = isJson.value ? parsed(text.value) : { json: text.value }
  return (
    <form
      class="answer"
      onSubmit={(event) => {
        event.preventDefault()
        if (value !== undefined) void answer(value.json, `The answer is ${JSON.stringify(value.json)}.`)
      }}
    >
      <textarea
        rows={2}
        aria-label="Answer"
        value={text.value}
        aria-invalid={value === undefined}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault()
            event.currentTarget.form?.requestSubmit()
          }
        }}
      />
      <div class="deeds">
        <button type="submit" class="strong" disabled={value === undefined}>
          Answer
        </button>
        <label class="soft">
          <input
            type="checkbox"
            checked={isJson.value}
            onChange={({ currentTarget }) => {
              isJson.value = currentTarget.checked
            }}
          />
          as JSON
        </label>
      </div>
    </form>
  )
}

function parsed(text: string): { readonly json: JsonValue } | undefined {
  try {
    return { json: JSON.parse(text) as JsonValue }
  } catch {
    return undefined
  }
}
