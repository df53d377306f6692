import type { Arbitrary } from 'fast-check'
import type { OnFailure } from '../../../machines/outcome.ts'
import type { DefaultAnswer, TaskOptions } from '../../graph/options.ts'
import { fc } from '../law/fast-check.ts'
import { ms } from './any-pace.ts'

const none = Number.POSITIVE_INFINITY

/** What a task asks and how long it waits for answers. Lengths are in milliseconds, `Infinity` is none. */
export interface QuestionSettings {
  readonly confirm: boolean
  readonly answerWithin: number
  readonly confirmAnswer: DefaultAnswer | undefined
  readonly decision: DefaultAnswer | undefined
}

/** Random settings of the questions of a task. */
export function anyQuestionOptions(): Arbitrary<QuestionSettings> {
  return fc.record({
    confirm: fc.constantFrom(false, false, false, true),
    answerWithin: ms(none, none, 17, 61),
    confirmAnswer: fc.constantFrom<DefaultAnswer | undefined>(undefined, 'yes', 'yes', 'no'),
    decision: fc.constantFrom<DefaultAnswer | undefined>(undefined, 'skip', 'ignore', 'abort'),
  })
}

/** The settings as options of a task. What answers a question that the task does not ask is left out. */
export function questionOptionsOf(
  { confirm, answerWithin, confirmAnswer, decision }: QuestionSettings,
  onFailure: OnFailure,
): TaskOptions {
  const asksLater = onFailure === 'ask'
  if (!confirm && !asksLater) return {}
  const defaultAnswer = confirm ? confirmAnswer : decision
  return {
    ...(confirm ? { confirm: 'May it start?' } : {}),
    ...(answerWithin === none ? {} : { answerWithin }),
    ...(defaultAnswer === undefined ? {} : { defaultAnswer }),
  }
}
