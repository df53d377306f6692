import { shownValue } from '../errors/foreign-value.ts'
import { withNoun } from '../text/with-noun.ts'
import { showMs } from '../time/show-ms.ts'
import type { Fact } from './facts.ts'

/** A fact in words, to follow the name of its task, or of its run: `build failed: exit code 1`. */
export interface FactInWords {
  /** What happened: `retrying in 5.0 s`. */
  readonly what: string
  /** What somebody said about it, such as the message of a failure or a reason. Foreign text. */
  readonly about?: string
}

/** A fact in words, without its time and the name of its task or run. `agentId` is who has the attempt that it is about. */
export function inWords(fact: Fact, agentId?: string): FactInWords {
  switch (fact.type) {
    case 'run.created':
      return { what: withNoun(fact.structure.length, 'task'), about: fact.name }
    case 'run.started':
    case 'run.paused':
    case 'run.resumed':
    case 'run.recovered':
    case 'run.completed':
    case 'task.ready':
    case 'task.starting':
    case 'task.completed':
      return { what: verbOf(fact) }
    case 'run.draining':
    case 'run.killed':
    case 'task.killed':
      return { what: verbOf(fact), about: fact.reason }
    case 'run.killing':
      if (fact.endsTeardowns === true) return { what: 'killing teardowns, too' }
      return fact.failure === undefined
        ? { what: 'killing', about: fact.reason }
        : { what: 'killing the rest', about: fact.failure.message }
    case 'run.redriven':
      return { what: 'redriven', about: withNoun(fact.tasks.length, 'task') }
    case 'run.failed':
      return { what: 'failed', ...(fact.failure === undefined ? {} : { about: fact.failure.message }) }
    case 'task.dispatched':
      return { what: 'dispatched', about: fact.agentId ?? fact.executor }
    case 'task.deferred':
      return {
        what: 'deferred',
        about: fact.considered === undefined ? fact.executor : 'all agents are full',
      }
    case 'task.claimed':
      return { what: 'claimed', about: fact.agentId }
    case 'dispatch.no-agent':
    case 'dispatch.claim-failed':
    case 'dispatch.quota-exceeded': {
      const next = fact.until === undefined ? '' : `, again in ${showMs(fact.until - fact.at)}`
      return { what: `not dispatched${next}`, about: fact.failure.message }
    }
    case 'task.placed':
      return { what: 'placed', about: JSON.stringify(fact.handle) }
    case 'task.started':
      return {
        what: `started${agentId === undefined ? '' : ` with ${agentId}`}${fact.attempt === 1 ? '' : `, attempt ${fact.attempt}`}`,
      }
    case 'task.warned':
      return { what: 'warning', about: fact.message }
    case 'task.asked':
      return fact.of === 'failure'
        ? { what: 'failed and asks what now', about: fact.failure?.message ?? fact.question }
        : { what: fact.of === 'handler' ? 'asks' : 'asks whether to start', about: fact.question }
    case 'task.answered': {
      const { answer } = fact
      const text = answerText(answer)
      if (fact.expired !== true) return { what: 'was answered', about: text }
      const what = 'was not answered in time'
      return answer === undefined ? { what } : { what, about: `the answer is ${text}` }
    }
    case 'task.stalled': {
      const end = fact.until === undefined ? '' : `, to be ended in ${showMs(fact.until - fact.at)}`
      return { what: `stalled, no sign of work${end}` }
    }
    case 'task.unstalled':
      return { what: 'goes on' }
    case 'task.stopping':
      return fact.reason === 'kill'
        ? { what: 'being ended' }
        : { what: 'being ended', about: fact.reason.replace('-', ' ') }
    case 'task.abandoned':
      return { what: 'could not be ended and is abandoned' }
    case 'task.interrupted':
      return { what: `attempt ${fact.attempt} was interrupted` }
    case 'task.retrying':
      return { what: `retrying in ${showMs(fact.until - fact.at)}`, about: fact.failure.message }
    case 'task.redriven':
      return { what: 'redriven', about: `it was ${fact.from}` }
    case 'task.failed':
      return { what: fact.ignored ? 'failed (ignored)' : 'failed', about: fact.failure.message }
    case 'task.dead-lettered':
      return { what: 'is a dead letter' }
    case 'task.skipped': {
      const cause = fact.causedBy === undefined ? '' : ` because of ${fact.causedBy}`
      return { what: `skipped${cause} (${fact.because})` }
    }
    case 'task.output':
      return { what: 'wrote', about: fact.text }
    case 'task.progress':
      return {
        what: `${Math.round(fact.percent)} %`,
        ...(fact.message === undefined ? {} : { about: fact.message }),
      }
    case 'stream.lagged':
      return { what: `${fact.missed} facts were missed` }
    case 'observer.failed':
      return { what: 'an observer failed', about: fact.message }
  }
}

/** An answer as people see it. */
export function answerText(answer: unknown): string {
  return typeof answer === 'string' ? answer : shownValue(answer)
}

/** What happened, by the name of the fact: `completed` for `task.completed`. */
function verbOf({ type }: Fact): string {
  return type.slice(type.indexOf('.') + 1)
}
