import { dirname, resolve } from 'node:path'
import { planInvalid, type PlanProblem } from '../errors/plan-file-error.ts'
import { isRecord } from '../graph/read-values.ts'
import { spelledOut } from '../text/spelled-out.ts'
import type { WrittenAgent } from './agent-fields.ts'
import { agentsOf, type PlanAgent } from './agents-of.ts'
import { judgeConfiguration } from './judge-shape.ts'
import { type Notification, notificationsOf } from './notification.ts'
import type { WrittenNotification } from './plan-schema.ts'
import { reporterOf } from './problem-reporter.ts'
import { readTextFile } from './read-plan-file.ts'
import { readText } from './read-text.ts'

/** What a user has set for all runs. */
export interface Configuration {
  readonly notify: readonly Notification[]
  /** Who does the tasks that ask for an agent. */
  readonly agents: readonly PlanAgent[]
  readonly jobs: JobsConfiguration
}

/** How the supervisor runs jobs. */
export interface JobsConfiguration {
  readonly concurrency?: number | undefined
  readonly pools?: Readonly<Record<string, number>> | undefined
  readonly logBytes?: number | undefined
  /** Names of variables that are written nowhere; `*` stands for any letters. */
  readonly redact?: readonly string[] | undefined
}

/**
 * Reads the user's configuration, YAML or JSON. An empty file sets nothing.
 * @throws PlanFileError (rejects with) what `readPlanFile` does, for a file that is not there, too.
 */
export async function readConfiguration(file: string): Promise<Configuration> {
  const read = readText((await readTextFile(file)).replace(/^\uFEFF/, ''))
  const problems: PlanProblem[] = read.problems.map(({ offset, message, ...hint }) => ({
    file,
    ...read.lineAndColumn(offset),
    message: spelledOut(message),
    ...hint,
  }))
  if (problems.length > 0) throw planInvalid(file, problems)
  if (read.value === null) return { notify: [], agents: [], jobs: {} }
  const reporter = reporterOf(read, file, problems)
  judgeConfiguration(read.value, (path, rest, part) => {
    if (path.length === 0) reporter.reportSentence(path, `The configuration ${rest}`, { part })
    else reporter.report(path, rest, { part })
  })
  if (problems.length > 0) throw planInvalid(file, problems)
  const {
    notify = [],
    agents = [],
    jobs = {},
  } = (isRecord(read.value) ? read.value : {}) as {
    notify?: WrittenNotification[]
    agents?: WrittenAgent[]
    jobs?: JobsConfiguration
  }
  const configuration = {
    notify: notificationsOf(notify, { file, folder: dirname(file), reporter }),
    agents: agentsOf(agents, reporter, dirname(resolve(file))),
    jobs,
  }
  if (problems.length > 0) throw planInvalid(file, problems)
  return configuration
}
