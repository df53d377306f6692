import type { OutputConfiguration } from 'commander'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { type AgentFaultKind, checkDag, type DagFaultKind, formatReport } from '../../check/index.ts'
import { defaultConcurrency } from '../run/default-concurrency.ts'
import { readConcurrency } from '../read-concurrency.ts'
import { readPlan } from '../read-plan.ts'
import { selectTasks } from '../../plan-file/select-tasks.ts'
import { painter } from '../screen/colours.ts'
import { shownJson } from '../../text/shown-json.ts'
import { withoutTurns } from '../../text/shown-text.ts'
import { displayWidth } from '../screen/text-width.ts'
import { progressLine } from './progress-line.ts'

/** The options of `dagmar test` as commander gives them. */
export interface TestFlags {
  readonly seed?: string
  readonly runs?: string
  readonly faults?: readonly (DagFaultKind | AgentFaultKind)[]
  readonly all?: boolean
  readonly only?: readonly string[]
  readonly concurrency?: string
  readonly json?: boolean
  readonly verbose?: boolean
}

/** Resolves with the exit code. Throws `DagmarError` for a plan or a flag that makes no sense. */
export async function testCommand(
  path: string,
  flags: TestFlags,
  output: OutputConfiguration,
): Promise<number> {
  const seed = flags.seed === undefined ? undefined : readCount('--seed', flags.seed)
  const runs = flags.runs === undefined ? undefined : readCount('--runs', flags.runs)
  const given = flags.concurrency === undefined ? undefined : readConcurrency(flags.concurrency)
  const { file, plan: whole, groups, agents } = await readPlan(path)
  const plan = selectTasks(whole, { groups, ...(flags.only === undefined ? {} : { only: flags.only }) })
  const line = flags.json === true ? undefined : progressLine(process.stderr)
  const report = await checkDag(plan, {
    concurrency: given ?? plan.concurrency ?? defaultConcurrency,
    ...(seed === undefined ? {} : { seed }),
    ...(runs === undefined ? {} : { runs }),
    ...(flags.faults === undefined ? {} : { faults: flags.faults }),
    ...(agents.length === 0 ? {} : { agents: agents.map(({ options }) => options) }),
    ...(flags.all === true ? { singleFaults: Number.POSITIVE_INFINITY } : {}),
    ...(line === undefined ? {} : { onProgress: line.show }),
  }).finally(() => line?.clear())
  if (flags.json === true) output.writeOut!(`${shownJson(JSON.stringify({ file, ...report }))}\n`)
  else {
    const columns = output.getOutHelpWidth!()
    const lines = formatReport(report, {
      paint: painter(output.getOutHasColors!()),
      columns: columns ?? 100,
      widthOf: displayWidth,
      // Into a pipe nothing scrolls away.
      ...(columns === undefined ? {} : { rows: process.stdout.rows ?? Number.POSITIVE_INFINITY }),
      ...(flags.verbose === true ? { most: Number.POSITIVE_INFINITY } : {}),
    })
    output.writeOut!(lines.map((text) => `${withoutTurns(text)}\n`).join(''))
  }
  return report.ok ? 0 : 1
}

function readCount(flag: string, text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(count)) return count
  throw new DagmarError('CONFIG_INVALID', {
    message: `${flag} is '${text}', but it must be an integer of 0 or more.`,
  })
}
