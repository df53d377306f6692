import * as v from 'valibot'
import { confirmAnswers, defaultDecisions } from '../graph/options.ts'
import { field, mustBe, oneOf, positiveDuration, text } from './schema-parts.ts'

const question = v.pipe(text, v.maxLength(2_000, mustBe('a question of at most 2000 characters')))

/** The options of a task that are about what it asks. */
export const questionFields = {
  confirm: field(
    question,
    'A question that a person answers by yes or no before the task starts: Deploy to production? With no it is skipped.',
  ),
  answerWithin: field(
    positiveDuration,
    'How long confirm, and the question about a failure (onFailure: ask), wait for an answer. By default they wait without a limit.',
  ),
  defaultAnswer: field(
    oneOf([...confirmAnswers, ...defaultDecisions]),
    'The answer where nobody has given one in time, or nobody is there: yes or no to confirm, skip, ignore or abort to the question about a failure. By default no, and skip.',
  ),
}
