import type { ConfirmAnswer, FailureAnswer, TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { answerText } from '../../events/fact-in-words.ts'
import type { AskedBy, Fact } from '../../events/facts.ts'
import { shownText } from '../../text/shown-text.ts'
import { type Clock, systemClock } from '../../time/clock.ts'
import type { Display } from '../view/display.ts'
import type { AnswersAhead } from '../../plan-file/answers-ahead.ts'
import { endsQuestions } from './ends-questions.ts'
import type { Keyboard } from './keyboard.ts'
import { keysIn } from './keys-in.ts'
import { lateKeys } from './late-keys.ts'
import { LineEditor } from './line-editor.ts'
import type { WatchedRun } from './watched-run.ts'

export interface QuestionsOptions {
  readonly run: Pick<WatchedRun, 'answer' | 'kill'>
  readonly display: Pick<Display, 'say' | 'ask' | 'keys'>
  /** Undefined when nobody is there to answer. */
  readonly keyboard: Keyboard | undefined
  /** Answers without asking anybody, as long as it gives something. @default nothing */
  readonly answersAhead?: AnswersAhead | undefined
  /** False where somebody else may answer what nobody at a keyboard does. @default true */
  readonly answersForNobody?: boolean
  /** Each key comes at once, and the display shows what is typed, so the terminal need not. */
  readonly raw: boolean
  readonly onInterrupt: () => void
  /** @default the system's */
  readonly clock?: Clock | undefined
  /** Gets the keys that answer no question. Where the display has keys, they are heard all the time. */
  readonly onKey?: (key: string) => void
}

interface Question {
  readonly taskId: TaskId
  readonly of: AskedBy
  /** The question, or how it failed. */
  readonly asked: string
  /** What is answered where nobody answers. */
  readonly otherwise: unknown
}

const confirmAnswers: Readonly<Record<string, ConfirmAnswer>> = { y: 'yes', n: 'no' }

const decisions: Readonly<Record<string, FailureAnswer>> = {
  r: 'retry',
  s: 'skip',
  i: 'ignore',
  a: 'abort',
}

/** The questions that have a few answers, each with a key. */
const menus: Readonly<Record<AskedBy, Readonly<Record<string, string>> | undefined>> = {
  handler: undefined,
  failure: decisions,
  confirm: confirmAnswers,
}

/** Asks the questions of tasks at the terminal, one after the other. */
export interface Questions {
  see(fact: Fact): void
  /** Asks the question of this task now, before others. */
  pick(taskId: TaskId): void
  /** Gives the terminal back for as long as the process is suspended. */
  pause(): void
  resume(): void
  /** From now on the terminal shows what is typed, and whole lines come. */
  useLines(): void
  close(): void
}

/** Keys with which one looks about while a question is open. */
const looking: ReadonlySet<string> = new Set([
  '<up>',
  '<down>',
  '<page-up>',
  '<page-down>',
  '<home>',
  '<end>',
])
const signalling: ReadonlySet<string> = new Set(['<ctrl-z>', '<ctrl-\\>'])
const looks: Readonly<Record<string, 'output' | 'why'>> = { '<ctrl-o>': 'output', '<ctrl-y>': 'why' }
const menuLooks: Readonly<Record<string, 'output' | 'why'>> = { ...looks, o: 'output', w: 'why' }
/** Commands at a question that takes a single key, too: they are none of its answers. */
const menuCommands: ReadonlySet<string> = new Set(['?', 'd', 'q'])

/**
 * Where nobody can answer, a question gets its default answer. Without one, a failed task that asks is answered `skip`: it
 * stays failed, its dependents are skipped, and everything else goes on; a task that asks whether it may start is answered
 * `no`; and a handler that asks is killed, because no answer is better than a wrong one.
 */
export function questions(options: QuestionsOptions): Questions {
  const { run, display, keyboard, onInterrupt, onKey } = options
  const { keys } = display
  let { raw } = options
  let open: readonly Question[] = []
  /** The tasks whose answers from here have not been told yet. */
  const given: TaskId[] = []
  /** A person looks about, and answers later. */
  let isPutOff = false
  let isPaused = false
  let isClosed = false
  let stop: (() => void) | undefined
  let editor = new LineEditor()
  /** The question that what is typed is meant for. */
  let meant: Question | undefined
  const late = lateKeys(options.clock ?? systemClock)

  const show = (): void => {
    const [first] = open
    display.ask(
      first === undefined || isPutOff
        ? undefined
        : promptOf(first, raw && keys !== undefined) + shownText(editor.text),
    )
  }
  const refresh = (): void => {
    if (keyboard === undefined) return
    if (open.length === 0) isPutOff = false
    // What was typed for a question that is gone is no answer to the next one.
    if (meant !== open[0]) editor.clear()
    if (meant !== undefined && !open.includes(meant) && !isPaused && !isPutOff) late.questionGone()
    meant = open[0]
    const isNeeded = !isClosed && !isPaused && (open.length > 0 || (raw && keys !== undefined))
    if (!isNeeded) {
      stop?.()
      stop = undefined
    } else stop ??= keyboard.listen(raw, type)
    if (!isPaused) show()
  }
  const type = (text: string): void => {
    const before = editor.text
    for (const key of keysIn(text)) press(key)
    // Once for a whole paste, because showing a text takes time in proportion to its length.
    if (raw && editor.text !== before) show()
  }
  const press = (key: string): void => {
    const [first] = open
    if (key === '<ctrl-c>') onInterrupt()
    else if (signalling.has(key)) onKey?.(key)
    else if (late.isLate()) return
    else if (first === undefined || isPutOff || keys?.isConfirming === true) onKey?.(key)
    else if (!raw) take(editor.press(key))
    else if (keys !== undefined && key === '<escape>') putOff()
    else if (keys !== undefined && looking.has(key)) onKey?.(key)
    else if (menus[first.of] !== undefined) {
      const look = menuLooks[key]
      if (look !== undefined) keys?.look(first.taskId, look)
      else if (Object.hasOwn(menus[first.of]!, key.toLowerCase())) take(key)
      else if (keys !== undefined && menuCommands.has(key)) onKey?.(key)
    } else if (keys !== undefined && looks[key] !== undefined) keys.look(first.taskId, looks[key])
    else take(editor.press(key))
  }
  const putOff = (): void => {
    // What is open is closed first.
    if (keys?.closePanel() === true) return
    isPutOff = true
    editor.clear()
    show()
  }
  const take = (line: string | undefined): void => {
    if (line !== undefined) decide(line)
  }
  const decide = (line: string): void => {
    const [first] = open
    if (first === undefined) return
    const answer = answerIn(line, first.of)
    if (answer === undefined) {
      refresh()
      return
    }
    answered(first)
    give(first, answer)
  }
  const give = (question: Question, answer: unknown): void => {
    const { taskId } = question
    given.push(taskId)
    try {
      const taken = run.answer(taskId, answer)
      if (taken !== undefined) void taken.catch((thrown: unknown) => notTaken(question, thrown))
    } catch (thrown) {
      ungive(taskId)
      if (!isStale(thrown)) throw thrown
    }
  }
  const notTaken = (question: Question, thrown: unknown): void => {
    ungive(question.taskId)
    if (isStale(thrown) || isClosed) return
    display.say(`${question.taskId} could not be answered: ${thrownText(thrown)}`)
    open = [question, ...open]
    refresh()
  }
  const ungive = (taskId: TaskId): void => {
    const own = given.indexOf(taskId)
    if (own !== -1) given.splice(own, 1)
  }
  /** From here: whatever comes next is meant for what is open then. */
  const answered = (question: Question): void => {
    meant = undefined
    close(question)
  }
  const close = (question: Question): void => {
    open = open.filter((other) => other !== question)
    refresh()
  }
  const answerAhead = (question: Question, answer: string): void => {
    if (!open.includes(question)) return
    close(question)
    display.say(`${question.taskId} is answered ahead: ${answer}`)
    give(question, answer)
  }
  const answerForNobody = (question: Question): void => {
    if (!open.includes(question)) return
    close(question)
    const { taskId, of, otherwise } = question
    if (otherwise !== undefined) {
      const what = of === 'failure' ? 'asks what to do' : 'asks'
      display.say(`${taskId} ${what}, and nobody is there to answer: ${answerText(otherwise)}`)
      give(question, otherwise)
    } else {
      display.say(`${taskId} asks, and nobody is there to answer: it is killed`)
      void run.kill(taskId, { reason: 'it asked, and nobody was there to answer' })
    }
  }

  refresh()
  return {
    see: (fact) => {
      if (fact.type === 'task.asked') {
        const question = questionOf(fact)
        open = [...open, question]
        const ahead = options.answersAhead?.(question.taskId, question.of)
        // What ends the question at once, as the end of the run does, is told by the next fact.
        if (ahead !== undefined) queueMicrotask(() => answerAhead(question, ahead))
        else if (keyboard === undefined) {
          if (options.answersForNobody !== false) queueMicrotask(() => answerForNobody(question))
        } else if (open.length === 1) refresh()
      } else if (fact.type === 'task.answered') {
        const isOfTask = (taskId: TaskId): boolean => taskId === fact.taskId
        // What was answered from here is closed already, and was the oldest.
        const own = given.filter(isOfTask).length
        const { place = 0 } = fact
        const answered = open.filter(({ taskId }) => isOfTask(taskId))[place - own]
        if (place < own) ungive(fact.taskId)
        else if (answered !== undefined) close(answered)
      } else if (fact.taskId !== undefined && endsQuestions.has(fact.type)) {
        const left = open.filter(({ taskId }) => taskId !== fact.taskId)
        if (left.length === open.length) return
        open = left
        refresh()
      }
    },
    pick: (taskId) => {
      open = open.toSorted((a, b) => Number(b.taskId === taskId) - Number(a.taskId === taskId))
      isPutOff = false
      refresh()
    },
    pause: () => {
      isPaused = true
      refresh()
    },
    resume: () => {
      isPaused = false
      // It may have been in the background before, where nothing is heard.
      stop?.()
      stop = undefined
      refresh()
    },
    useLines: () => {
      stop?.()
      stop = undefined
      raw = false
      isPutOff = false
      editor = new LineEditor()
      refresh()
    },
    close: () => {
      open = []
      isClosed = true
      refresh()
    },
  }
}

/** It was killed, or answered by somebody else, since the key was pressed. */
function isStale(thrown: unknown): boolean {
  return thrown instanceof DagmarError && thrown.code === 'ANSWER_STALE'
}

function questionOf(fact: Extract<Fact, { type: 'task.asked' }>): Question {
  const { taskId, of, defaultAnswer } = fact
  if (of === 'handler') return { taskId, of, asked: fact.question, otherwise: defaultAnswer }
  if (of === 'confirm') return { taskId, of, asked: fact.question, otherwise: defaultAnswer ?? 'no' }
  return { taskId, of, asked: fact.failure?.message ?? fact.question, otherwise: defaultAnswer ?? 'skip' }
}

/** What a line says; undefined where that is no answer. A word that only begins like yes does not start a deployment. */
function answerIn(line: string, of: AskedBy): string | undefined {
  const word = line.trim().toLowerCase()
  if (of === 'handler') return line
  if (of === 'failure') return decisions[word.slice(0, 1)]
  return word === 'yes' || word === 'no' ? word : confirmAnswers[word]
}

function promptOf({ taskId, of, asked }: Question, hasKeys: boolean): string {
  const name = shownText(taskId)
  const shown = shownText(asked)
  if (of === 'failure') {
    return `${name} failed: ${shown} [r]etry [s]kip [i]gnore [a]bort${hasKeys ? ' [o]utput [w]hy' : ''}? `
  }
  if (of === 'confirm') return `${name}: ${shown} [y]es [n]o${hasKeys ? ' [w]hy' : ''}? `
  return `${name}: ${shown} `
}
