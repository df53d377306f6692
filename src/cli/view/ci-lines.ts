import type { Fact } from '../../events/facts.ts'
import { inWords } from '../../events/fact-in-words.ts'
import { shownText } from '../../text/shown-text.ts'

/** How lines are marked for a build server that folds them and shows some beside the code. */
export interface Marks {
  begin(title: string): string | undefined
  end(): string | undefined
  /** What people should see without opening the log. */
  note(fact: Fact): string | undefined
}

export const noMarks: Marks = { begin: () => undefined, end: () => undefined, note: () => undefined }

/** What GitHub Actions reads in a log. */
export const githubMarks: Marks = {
  begin: (title) => `::group::${data(title)}`,
  end: () => '::endgroup::',
  note: (fact) => {
    const level = levelOf(fact)
    if (level === undefined) return undefined
    const { what, about } = inWords(fact)
    const text = `${fact.taskId ?? 'the run'} ${what}${about === undefined ? '' : `: ${about}`}`
    return `::${level} title=${property(fact.taskId ?? 'dagmar')}::${data(text)}`
  },
}

function levelOf(fact: Fact): 'error' | 'warning' | undefined {
  if (fact.type === 'task.failed') return fact.ignored ? 'warning' : 'error'
  if (fact.type === 'run.failed') return fact.failure === undefined ? undefined : 'error'
  if (fact.type === 'task.abandoned') return 'error'
  const isOdd = fact.type === 'task.warned' || fact.type === 'task.stalled' || fact.type === 'task.retrying'
  return isOdd ? 'warning' : undefined
}

/** The text of a command goes to the end of its line. */
function data(text: string): string {
  return shownText(text).replaceAll('%', '%25')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
