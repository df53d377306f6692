import { notifiedEvents, type WrittenNotification } from './plan-schema.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'

export type NotifiedEvent = (typeof notifiedEvents)[number]

/** Who is told of a run, and of what. */
export interface Notification {
  /** Where it is written, for messages: `notify[0] of plan.yaml`. An address or a command may have a secret in it. */
  readonly place: string
  readonly on: readonly NotifiedEvent[]
  readonly way: /** An http or https address, or `$NAME` for the variable that holds it. */
    | { readonly kind: 'url'; readonly url: string }
    /** A text is for /bin/sh; a list is a program and its arguments. */
    | { readonly kind: 'command'; readonly run: string | readonly string[]; readonly cwd: string }
    | { readonly kind: 'bell' }
}

export interface NotificationSource {
  readonly file: string
  /** The folder that commands run in. */
  readonly folder: string
  readonly reporter: ProblemReporter
}

/** Reads what has the right shape, and reports values of a run, which nothing fills in here. */
export function notificationsOf(
  written: readonly WrittenNotification[],
  { file, folder, reporter }: NotificationSource,
): readonly Notification[] {
  return written.map((one, index) => {
    const place = `notify[${index}] of ${file}`
    const { on = notifiedEvents } = one
    if (one.url !== undefined) return { place, on, way: { kind: 'url', url: one.url } }
    if (one.run === undefined) return { place, on, way: { kind: 'bell' } }
    const run = commandOf(one.run, ['notify', index, 'run'], reporter)
    return { place, on, way: { kind: 'command', run, cwd: folder } }
  })
}

function commandOf(
  run: NonNullable<WrittenNotification['run']>,
  path: Path,
  { places, report }: ProblemReporter,
): string | readonly string[] {
  const words = typeof run === 'string' ? [run] : run.map((_, index) => places.textOf(run, index))
  if (words.some((word) => word.includes('${{'))) {
    report(path, 'has ${{, but no value is filled in here.', {
      hint: 'The command gets what there is to say as JSON on its stdin.',
    })
  }
  return typeof run === 'string' ? run : words
}
