import { isGroup } from '../../graph/group.ts'
import type { OptimisedPlan } from '../../simulation/optimise-plan.ts'
import type { Simulation } from '../../simulation/simulate.ts'
import { showMs } from '../../time/show-ms.ts'
import { withNoun } from '../../text/with-noun.ts'
import { shownText } from '../../text/shown-text.ts'
import { cutToWidth, displayWidth } from '../screen/text-width.ts'
import type { SimulationPage } from './simulation-page.ts'

const mostNames = 8

/** The summary of a simulated run. How long it takes comes last. */
export function summaryLines(
  simulation: Simulation,
  { width, paint, plan, options, found }: SimulationPage,
): readonly string[] {
  const { criticalPathMs, criticalPath, utilisation, concurrency, peakConcurrency, tasks, sentence } =
    simulation
  const path = `critical path  ${showMs(criticalPathMs)}: ${criticalPath.map(shownText).join(' → ')}`
  const waited = tasks.filter(({ queuedMs }) => queuedMs > 0)
  const longest = waited.reduce((most, { queuedMs }) => Math.max(most, queuedMs), 0)
  const slots = Number.isFinite(concurrency) ? withNoun(concurrency, 'slot') : 'no limit to slots'
  const queue =
    waited.length === 0
      ? 'no task waited for its turn'
      : `${withNoun(waited.length, 'task')} waited for a turn, the longest ${showMs(longest)}`
  return [
    ...(criticalPath.length === 0 ? [] : [cutToWidth(path, width)]),
    ...wrapped(
      `slots          ${slots}, at most ${peakConcurrency} in use, ${percent(utilisation)} of their time used; ${queue}`,
      width,
    ),
    ...agentLines(simulation).flatMap((line) => wrapped(line, width)),
    ...wrapped(sentence, width),
    ...(found === undefined ? [] : wrapped(searchLine(found), width)),
    ...guessLines({ plan, options }).flatMap((line) => wrapped(line, width)),
    ...endLines(simulation)
      .flatMap((line) => wrapped(line, width))
      .map((line) => paint(line, 'bad')),
    ...wrapped(headline(simulation, { plan, options }), width).map((line) => paint(line, 'strong')),
  ]
}

/** How much of the time of each agent was used. */
function agentLines({ agents }: Simulation): readonly string[] {
  if (agents.length === 0) return []
  const shown = agents.slice(0, mostNames).map(({ id, attempts, utilisation }) => {
    const used = attempts === 0 ? 'nothing to do' : `${percent(utilisation)} of its time used`
    return `${shownText(id)} ${used}`
  })
  const more = agents.length > shown.length ? `, and ${agents.length - shown.length} more` : ''
  return [`agents         ${shown.join(', ')}${more}`]
}

/** `release: 6 tasks take 42.0 s with 4 slots, critical path first`. */
function headline(
  { name, tasks, makespanMs, concurrency }: Simulation,
  { plan, options }: Pick<SimulationPage, 'plan' | 'options'>,
): string {
  const slots = Number.isFinite(concurrency) ? withNoun(concurrency, 'slot') : 'no limit to slots'
  const takes = tasks.length === 1 ? 'takes' : 'take'
  return `${shownText(name)}: ${withNoun(tasks.length, 'task')} ${takes} ${makespanMs === 0 ? 'no time' : showMs(makespanMs)} with ${slots}, in the order ${options.order ?? plan.order}`
}

/** Which values were assumed, because they were not given. */
export function guessLines({ plan, options }: Pick<SimulationPage, 'plan' | 'options'>): readonly string[] {
  if (typeof options.durations === 'string') return []
  const guessed = plan.tasks.filter((task) => !isGroup(task))
  const missing = guessed.filter(({ estimateMs }) => estimateMs === undefined)
  if (missing.length === 0) return []
  if (missing.length === guessed.length) return ['No task has an estimate: each counts as 1 s.']
  const names = missing.slice(0, mostNames).map(({ id }) => shownText(id))
  const more = missing.length > names.length ? `, and ${missing.length - names.length} more` : ''
  return [`Without an estimate, taken for the median of the others: ${names.join(', ')}${more}.`]
}

/** What is known of other orders: that none is shorter, or the bound that this one did not reach. */
function searchLine({ makespanMs, lowerBoundMs, isOptimal, evaluations }: OptimisedPlan): string {
  const tried = `optimised      ${withNoun(evaluations, 'schedule')} tried`
  if (isOptimal) {
    return `${tried}; proven optimal by the estimates: no order takes less than ${showMs(makespanMs)}`
  }
  const [takes, least] = [showMs(makespanMs), showMs(lowerBoundMs)]
  const rest =
    takes === least
      ? `${showMs(makespanMs - lowerBoundMs)} more than any order must take`
      : `and no order less than ${least}`
  return `${tried}; not proven optimal: by the estimates it takes ${takes}, ${rest}`
}

function endLines({ status, counts, failure, rootCauses, tasks }: Simulation): readonly string[] {
  if (status === 'completed' && counts.failed + counts.skipped + counts.killed === 0) return []
  const parts = (['completed', 'failed', 'killed', 'skipped'] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${kind}`)
  const names = rootCauses.slice(0, mostNames).map(({ taskId }) => shownText(taskId))
  const more = rootCauses.length > names.length ? `, and ${rootCauses.length - names.length} more` : ''
  const why = names.length === 0 ? '' : `; at fault: ${names.join(', ')}${more}`
  return [
    `The run ends as ${status}: of ${withNoun(tasks.length, 'task')} ${parts.join(', ')}${why}.`,
    ...(failure === undefined ? [] : [failure.message]),
  ]
}

/** As lines of whole words; a word that is longer than a line stays whole. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  // Several blanks in a row set something apart and stay.
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && displayWidth(longer) > width) {
      lines.push(line)
      line = `  ${word}`
    } else line = longer
  }
  return [...lines, line]
}

/** Rounded down: 100 % is full. */
export function percent(share: number): string {
  return `${Math.floor(share * 100)} %`
}
