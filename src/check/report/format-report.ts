import { type DagFaultKind, faultKinds } from '../variants/fault.ts'
import { broken, cutShort, type Room, tableOf } from './report-layout.ts'
import type { Cause, DagFinding, DagReport, Explored, FindingSeverity, TaskExposure } from './report.ts'

/** The meaning of a part of a line. A command line gives it colours. */
export type ReportTone = 'plain' | 'strong' | 'faint' | 'good' | 'bad' | 'odd'

export interface FormatOptions {
  /** Colours a text, or the like. @default leaves it as it is */
  readonly paint?: (text: string, tone: ReportTone) => string
  /** How many lines of each list are printed; after that, only how many more there are. Integer ≥ 1. @default 20 */
  readonly most?: number
  /** How many columns sentences and tables may take. @default Infinity */
  readonly columns?: number
  /** How many columns a text takes. @default its length */
  readonly widthOf?: (text: string) => number
  /** A report with more rows than this repeats its first line at the end. @default Infinity */
  readonly rows?: number
}

type Paint = NonNullable<FormatOptions['paint']>

/** A report as lines: a sentence, the findings, then what single faults do. */
export function formatReport(
  report: Omit<DagReport, 'toString'>,
  {
    paint = (text) => text,
    most = 20,
    columns = Infinity,
    widthOf = (text) => text.length,
    rows = Infinity,
  }: FormatOptions = {},
): readonly string[] {
  const room: Room = { most, columns, widthOf }
  const lines = [
    ...headOf(report, paint, room),
    ...findingLines(report.findings, paint, room),
    ...consequenceLines(report, paint, room),
    ...tableLines(report.tasks, paint, room),
  ]
  // The prompt that follows takes a row, too.
  return lines.length < rows ? lines : [...lines, '', lines[0]!]
}

function headOf(
  { name, settles, explored, findings, tasks, seed }: Omit<DagReport, 'toString'>,
  paint: Paint,
  room: Room,
): string[] {
  const { runs, singleFaults, allSingleFaults, agentFaults, combinations, random, withoutRandom } = explored
  const all =
    singleFaults === allSingleFaults ? `all ${singleFaults}` : `${singleFaults} of ${allSingleFaults}`
  const counts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  const isBad = findings.some(({ severity }) => severity === 'error')
  const told = (text: string, tone: ReportTone): string[] =>
    broken(text, room).map((line) => paint(line, tone))
  const found = counts.length === 0 ? 'nothing to complain of' : counts.join(', ')
  const headline = settles ? 'every run settles' : 'not every run settles'
  const shownName = cutShort(name, room.columns - `: ${headline}; ${found}`.length, room)
  return [
    `${paint(shownName, 'strong')}: ${paint(headline, settles ? 'good' : 'bad')}; ${paint(found, isBad ? 'bad' : counts.length === 0 ? 'good' : 'odd')}`,
    ...told(
      `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}, ${runs} runs explored: ${all} single faults, ${agentFaults === 0 ? '' : `${agentFaults} of agents, `}${combinations} combinations, ${random} at random; seed ${seed}`,
      'faint',
    ),
    ...(singleFaults < allSingleFaults ? told(sampleLine(explored), 'odd') : []),
    ...(withoutRandom === undefined ? [] : told(`Nothing was tried at random. ${withoutRandom}`, 'odd')),
  ]
}

function sampleLine({ wholeKinds }: Explored): string {
  return wholeKinds.length === 0
    ? 'The dag is large: of the single faults a sample was tried, so that the lists below lack some.'
    : `The dag is large: every task was struck by ${wholeKinds.join(', ')}, which the lists below are about; of the other faults a sample was tried.`
}

const toneOf: Readonly<Record<FindingSeverity, ReportTone>> = { error: 'bad', warning: 'odd', note: 'faint' }

function findingLines(findings: readonly DagFinding[], paint: Paint, room: Room): string[] {
  const told = new Set<string>()
  return cut(findings, room.most, (finding) => {
    const text = finding.story.join('\n')
    const isTold = text !== '' && told.has(text)
    told.add(text)
    const story = isTold ? ['(as told above)'] : finding.story
    return ['', ...linesOfFinding(finding, story, paint, room)]
  })
}

function linesOfFinding(
  { code, severity, sentence, hint }: DagFinding,
  story: readonly string[],
  paint: Paint,
  room: Room,
): readonly string[] {
  return [
    `${paint(severity, toneOf[severity])}  ${paint(code, 'strong')}`,
    ...broken(sentence, room, 2).map((line) => `  ${line}`),
    ...broken(hint, room, 4).map((line, index) => `  ${index === 0 ? paint('→', 'faint') : ' '} ${line}`),
    ...(severity === 'note'
      ? []
      : story.flatMap((line) =>
          broken(line, room, 8).map(
            (part, index) => `${index === 0 ? '      ' : '        '}${paint(part, 'faint')}`,
          ),
        )),
  ]
}

function consequenceLines({ consequences }: Omit<DagReport, 'toString'>, paint: Paint, room: Room): string[] {
  if (consequences.length === 0) return []
  return [
    '',
    paint('What one fault does', 'strong'),
    ...cut(consequences, room.most, ({ sentence }) =>
      broken(sentence, room, 4).map((line, index) => `  ${index === 0 ? '' : '  '}${line}`),
    ),
  ]
}

const tableColumns = [
  ['never settles by', 'starvedBy'],
  ['skipped by', 'skippedBy'],
  ['killed by', 'killedBy'],
  ['dead letter by', 'deadLetteredBy'],
  ['runs only with', 'startsOnlyWith'],
] as const

function tableLines(tasks: readonly TaskExposure[], paint: Paint, room: Room): string[] {
  const exposed = tasks.filter((task) => tableColumns.some(([, field]) => task[field].length > 0))
  const shown = tableColumns.filter(([, field]) => tasks.some((task) => task[field].length > 0))
  if (exposed.length === 0) return []
  const rows = exposed
    .slice(0, room.most)
    .map((task) => [task.taskId, ...shown.map(([, field]) => causesText(task.taskId, task[field]))])
  const heads = ['task', ...shown.map(([head]) => head)]
  const { head, body } = tableOf(heads, rows, room)
  const rest = exposed.length - rows.length
  return [
    '',
    paint('Task by task', 'strong'),
    ...head.map((line) => paint(line, 'faint')),
    ...body,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ]
}

const mostCauses = 3
const mostKinds = 3

/** `build, lint +4: fails, hangs`; a task's own faults as `itself`. */
function causesText(taskId: string, causes: readonly Cause[]): string {
  if (causes.length === 0) return '-'
  const names = causes.map((cause) => (cause.taskId === taskId ? 'itself' : cause.taskId))
  const more = names.length > mostCauses ? ` +${names.length - mostCauses}` : ''
  const kinds: readonly DagFaultKind[] = faultKinds.filter((kind) =>
    causes.some((cause) => cause.kinds.includes(kind)),
  )
  const shown = kinds.length > mostKinds ? `${kinds.slice(0, mostKinds).join(', ')} …` : kinds.join(', ')
  return `${names.slice(0, mostCauses).join(', ')}${more}: ${shown}`
}

function cut<T>(list: readonly T[], most: number, linesOf: (one: T) => readonly string[]): string[] {
  const lines = list.slice(0, most).flatMap(linesOf)
  if (list.length > most) lines.push(`  and ${list.length - most} more`)
  return lines
}
