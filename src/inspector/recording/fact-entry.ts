import type { Failure } from '../../../machines/outcome.ts'
import { type Fact, isRunFact, type RunFact } from '../../events/facts.ts'
import { isPlain, type Sanitise, type SanitiserOptions, type ShownPlace } from '../sanitise.ts'

/** The fields of facts that hold what others made, and what they are. */
const foreign: Readonly<Record<string, ShownPlace['kind']>> = {
  input: 'input',
  labels: 'labels',
  output: 'output',
  answer: 'answer',
  defaultAnswer: 'answer',
  question: 'question',
  failure: 'failure',
  handle: 'handle',
  text: 'text',
  message: 'text',
  reason: 'text',
  killReason: 'text',
}

/** The fields that are dagmar's own. One that is in neither list is taken for foreign. */
const own: ReadonlySet<string> = new Set(
  (
    'type seq afterSeq causeSeq at runId taskId attempt until executor of from name structure limits fingerprint ' +
    'idempotencyKey redacted tasks ending endsTeardowns carrying capacity silentMs limitMs ignored deadLettered ' +
    'abandoned because causedBy agentId considered dispatchAttempt stream isPartial percent missed place ' +
    'expired fence ended'
  ).split(' '),
)

/** Facts whose `reason` is one of a few words. */
const hasReasonOfOwn: ReadonlySet<string> = new Set<Fact['type']>(['task.stopping', 'task.abandoned'])

/** Writes a fact as an entry in JSON. */
export type WriteFact = (fact: Fact) => string

/** `sanitise` is the function that was made of `options`. */
export function factWriter(sanitise: Sanitise, options: SanitiserOptions): WriteFact {
  const isEager = options.sanitise !== undefined
  const keepsAll = !isEager && (options.redact ?? []).length === 0
  const plain = plainWriter(isEager)
  return (fact) => {
    const json = isRunFact(fact) ? plain(fact) : undefined
    if (json !== undefined) return json
    const shown = shownFact(keepsAll ? fact : withoutWritten(fact), sanitise, isEager)
    return `{"kind":"fact","fact":${JSON.stringify(shown)}}`
  }
}

/**
 * Writes the facts that every task tells, and that hold nothing foreign; undefined for any other. To write them by hand,
 * of as few pieces as can be, takes a third of the time and of the memory.
 */
function plainWriter(isEager: boolean): (fact: RunFact) => string | undefined {
  // Many facts are of one instant, and most of one run and one executor.
  let [at, runId, instant] = [-1, '', '']
  let [executor, its] = ['', ',"executor":""}}']
  const begun = (fact: RunFact & { readonly taskId: string }): string => {
    if (fact.at !== at || fact.runId !== runId) {
      ;({ at, runId } = fact)
      instant = `,"at":${at},"runId":${quoted(runId)},"type":"`
    }
    const { seq, type, taskId, causeSeq } = fact
    const cause = causeSeq === undefined ? '' : `,"causeSeq":${causeSeq}`
    return `{"kind":"fact","fact":{"seq":${seq}${instant}${type}","taskId":${quoted(taskId)}${cause}`
  }
  return (fact) => {
    const { type } = fact
    if (type === 'task.ready') return `${begun(fact)}}}`
    if (type === 'task.started') return `${begun(fact)}${attemptOf(fact)}}}`
    if (type === 'task.starting') {
      const until = fact.until === undefined ? '}}' : `,"until":${fact.until}}}`
      return begun(fact) + attemptOf(fact) + until
    }
    if (type === 'task.dispatched' && fact.agentId === undefined) {
      if (fact.executor !== executor) {
        ;({ executor } = fact)
        its = `,"executor":${quoted(executor)}}}`
      }
      return begun(fact) + attemptOf(fact) + its
    }
    if (type !== 'task.completed' || isEager) return undefined
    const { output, written, redacted } = fact
    if (!isPlain(output) || written !== undefined || redacted !== undefined) return undefined
    const told = output === undefined ? '}}' : `,"output":${JSON.stringify(output)}}}`
    return begun(fact) + attemptOf(fact) + told
  }
}

function attemptOf({ attempt }: { readonly attempt: number }): string {
  return attempt === 1 ? ',"attempt":1' : `,"attempt":${attempt}`
}

function quoted(text: string): string {
  return /^[\w .:/-]*$/.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** The output as a command spelled it would show what `sanitise` and `redact` keep back. */
function withoutWritten(fact: Fact): Fact {
  if (!('written' in fact)) return fact
  const { written: _, ...rest } = fact
  return rest
}

/** The fact itself where nothing in it needs a look, which is so for most. */
function shownFact(fact: Fact, sanitise: Sanitise, isEager: boolean): Fact {
  let shown: Record<string, unknown> | undefined
  for (const name in fact) {
    if (own.has(name) || (name === 'reason' && hasReasonOfOwn.has(fact.type))) continue
    const value = (fact as unknown as Readonly<Record<string, unknown>>)[name]
    if (value === undefined || (!isEager && isPlain(value))) continue
    shown ??= { ...fact }
    shown[name] = inItsForm(name, sanitise(value, placeOf(fact, name)), value)
  }
  return (shown as unknown as Fact | undefined) ?? fact
}

/** Clients rely on the form of these fields, whatever was made of what is in them. */
function inItsForm(name: string, shown: unknown, value: unknown): unknown {
  switch (name) {
    case 'text':
    case 'message':
    case 'question':
    case 'reason':
    case 'killReason':
    case 'written':
      return textOf(shown)
    case 'failure': {
      const { code, severity, retryable, at } = value as Failure
      const known = { code, severity, retryable, at }
      return isObject(shown)
        ? { ...shown, ...known, message: textOf(shown['message'] ?? '') }
        : { ...known, message: textOf(shown) }
    }
    case 'labels':
      return isObject(shown) ? shown : {}
    default:
      return shown
  }
}

function textOf(shown: unknown): string {
  return typeof shown === 'string' ? shown : JSON.stringify(shown)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function placeOf({ runId, taskId }: Fact, name: string): ShownPlace {
  return { kind: foreign[name] ?? 'output', runId, ...(taskId === undefined ? {} : { taskId }) }
}
