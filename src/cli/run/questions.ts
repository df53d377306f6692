import type { FailureAnswer, TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Fact } from '../../events/facts.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Display } from '../view/display.ts'
import type { Keyboard } from './keyboard.ts'
import { LineEditor } from './line-editor.ts'

export interface QuestionsOptions {
  readonly run: Pick<RunHandle, 'answer' | 'kill'>
  readonly display: Pick<Display, 'say' | 'ask'>
  /** Undefined when nobody is there to answer. */
  readonly keyboard: Keyboard | undefined
  /** The display shows what is typed, so the terminal need not. */
  readonly raw: boolean
  readonly onInterrupt: () => void
}

interface Question {
  readonly taskId: TaskId
  readonly of: 'handler' | 'failure'
  readonly prompt: string
}

const decisions: Readonly<Record<string, FailureAnswer>> = {
  r: 'retry',
  s: 'skip',
  i: 'ignore',
  a: 'abort',
}

/** Asks the questions of tasks at the terminal, one after the other. */
export interface Questions {
  see(fact: Fact): void
  close(): void
}

/**
 * Where nobody can answer, a failed task that asks is answered `skip`: it stays failed, its dependents are skipped, and
 * everything else goes on. A handler that asks is killed, because no answer is better than a wrong one.
 */
export function questions({ run, display, keyboard, raw, onInterrupt }: QuestionsOptions): Questions {
  let open: readonly Question[] = []
  let stop: (() => void) | undefined

  const show = (typed: string): void => {
    const [first] = open
    display.ask(first === undefined ? undefined : first.prompt + shownText(typed))
  }
  const refresh = (): void => {
    if (keyboard === undefined) return
    if (open.length === 0) {
      stop?.()
      stop = undefined
    } else stop ??= listen()
    show('')
  }
  const listen = (): (() => void) | undefined => {
    const editor = new LineEditor({
      isMenu: () => raw && open[0]?.of === 'failure',
      isChoice: (key) => Object.hasOwn(decisions, key),
      onChange: (text) => {
        if (raw) show(text)
      },
      onLine: (line) => decide(line),
      onInterrupt,
    })
    return keyboard?.listen(raw, (text) => editor.type(text))
  }
  const decide = (line: string): void => {
    const [first] = open
    if (first === undefined) return
    const answer = first.of === 'handler' ? line : decisions[line.trim().slice(0, 1).toLowerCase()]
    if (answer === undefined) {
      refresh()
      return
    }
    close(first)
    give(first.taskId, answer)
  }
  const give = (taskId: TaskId, answer: unknown): void => {
    try {
      run.answer(taskId, answer)
    } catch (thrown) {
      // It was killed, or answered by somebody else, since the key was pressed.
      if (!(thrown instanceof DagmarError && thrown.code === 'ANSWER_STALE')) throw thrown
    }
  }
  const close = (question: Question): void => {
    open = open.filter((other) => other !== question)
    refresh()
  }
  const answerForNobody = (question: Question): void => {
    if (!open.includes(question)) return
    close(question)
    const { taskId, of } = question
    if (of === 'failure') {
      display.say(`${taskId} asks what to do, and nobody is there to answer: skip`)
      give(taskId, 'skip')
    } else {
      display.say(`${taskId} asks, and nobody is there to answer: it is killed`)
      void run.kill(taskId, { reason: 'it asked, and nobody was there to answer' })
    }
  }

  return {
    see: (fact) => {
      if (fact.type === 'task.asked') {
        const question = questionOf(fact)
        open = [...open, question]
        // What ends the question at once, as the end of the run does, is told by the next fact.
        if (keyboard === undefined) queueMicrotask(() => answerForNobody(question))
        else if (open.length === 1) refresh()
      } else if (fact.taskId !== undefined && endsQuestions.has(fact.type)) {
        const left = open.filter(({ taskId }) => taskId !== fact.taskId)
        if (left.length === open.length) return
        open = left
        refresh()
      }
    },
    close: () => {
      open = []
      refresh()
    },
  }
}

const endsQuestions: ReadonlySet<string> = new Set([
  'task.stopping',
  'task.completed',
  'task.failed',
  'task.killed',
  'task.skipped',
  'task.retrying',
])

function questionOf(fact: Extract<Fact, { type: 'task.asked' }>): Question {
  const { taskId, of } = fact
  const name = shownText(taskId)
  if (of === 'handler') return { taskId, of, prompt: `${name}: ${shownText(fact.question)} ` }
  const reason = shownText(fact.failure?.message ?? fact.question)
  return { taskId, of, prompt: `${name} failed: ${reason} [r]etry [s]kip [i]gnore [a]bort? ` }
}
