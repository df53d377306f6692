import type { TaskId } from '../../../machines/outcome.ts'
import type { Fact } from '../../events/facts.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { Notification, NotifiedEvent } from '../../plan-file/notification.ts'
import type { Clock, TimerId } from '../../time/clock.ts'
import { endsQuestions } from '../run/ends-questions.ts'
import { Channel } from './channel.ts'
import { callCommand } from './call-command.ts'
import type { DeliveryOptions } from './delivery.ts'
import { jsonOfMessage, type Message, messageOfRun, messageOfTask } from './message.ts'
import { post } from './post.ts'

export interface NotifierOptions {
  readonly notify: readonly Notification[]
  /** What the plan is called. */
  readonly name: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly warn: (sentence: string) => void
  /** Undefined where no terminal shows the run. */
  readonly ring: (() => void) | undefined
}

/** Tells others what happens to a run. The run waits for none of it. */
export interface Notifier {
  /** To be called with each fact of the run. */
  see(fact: Fact): void
  /** The run is over. Resolves when everybody is told, after 5 s at the latest. */
  end(result: RunResult): Promise<void>
  /** Ends at once what is under way. */
  close(): void
}

const mostMsAfterEnd = 5_000

export function notifier(options: NotifierOptions): Notifier {
  const { name, clock } = options
  const closing = new AbortController()
  const delivery: DeliveryOptions = { clock, ending: closing.signal }
  const channels = options.notify.flatMap((one) => channelOf(one, options, delivery) ?? [])
  const questions = new Map<TaskId, number>()

  const tell = (event: NotifiedEvent, message: () => Message, isLast = false): void => {
    const meant = channels.filter(({ on }) => on.includes(event))
    if (meant.length === 0) return
    const json = jsonOfMessage(message())
    for (const channel of meant) channel.tell(event, json, isLast)
  }
  return {
    see: (fact) => {
      if (fact.type === 'task.stalled') tell('stalled', () => messageOfTask(fact, name))
      else if (fact.type === 'task.asked') {
        questions.set(fact.taskId, fact.seq)
        // What is answered ahead, or for nobody, is answered by then.
        setImmediate(() => {
          if (questions.get(fact.taskId) === fact.seq) tell('asked', () => messageOfTask(fact, name))
        })
      } else if (fact.taskId !== undefined && isOver(fact)) questions.delete(fact.taskId)
    },
    end: async (result) => {
      questions.clear()
      const message = messageOfRun(result)
      tell(message.event, () => message, true)
      let timer: TimerId
      const tooLate = new Promise<void>((resolve) => {
        timer = clock.setTimeout(resolve, mostMsAfterEnd)
      })
      await Promise.race([Promise.all(channels.map((channel) => channel.idle())), tooLate])
      clock.clearTimeout(timer)
      closing.abort()
      // What was under way says why it was given up.
      await Promise.all(channels.map((channel) => channel.idle()))
    },
    close: () => {
      for (const channel of channels) channel.silence()
      closing.abort()
    },
  }
}

function channelOf(
  { place, on, way }: Notification,
  { env, warn, ring }: NotifierOptions,
  delivery: DeliveryOptions,
): Channel | undefined {
  switch (way.kind) {
    case 'bell': {
      if (ring === undefined) return undefined
      const rung = async (): Promise<undefined> => {
        ring()
        return undefined
      }
      return new Channel({ name: place, on, send: rung, warn, ...delivery })
    }
    case 'command': {
      const called = { ...way, env }
      const send = (event: NotifiedEvent, json: string) => callCommand(called, event, json, delivery)
      return new Channel({ name: place, on, send, warn, ...delivery })
    }
    case 'url': {
      const url = addressOf(way.url, env)
      if (typeof url === 'string') {
        warn(`${place} tells nobody: ${url}`)
        return undefined
      }
      const name = `${place} (${url.origin})`
      return new Channel({ name, on, send: (_event, json) => post(url, json, delivery), warn, ...delivery })
    }
  }
}

/** The address, or what is wrong with it. What a variable holds is not shown. */
function addressOf(written: string, env: NotifierOptions['env']): URL | string {
  if (!written.startsWith('$')) return new URL(written)
  const value = (env[written.slice(1)] ?? '').trim()
  if (value === '') return `${written} is not set`
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) {
    return `${written} is no address that begins with http:// or https://`
  }
  return new URL(value)
}

function isOver({ type }: Fact): boolean {
  return type === 'task.answered' || endsQuestions.has(type)
}
