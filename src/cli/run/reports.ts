import { statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import type { RunResult } from '../../events/run-result.ts'
import { shownJson } from '../../text/shown-json.ts'
import type { RunProgress } from '../view/run-progress.ts'
import { jsonOf } from '../view/written-as-json.ts'
import { junitOf } from './junit.ts'
import { taskReports } from './task-reports.ts'

/** A file that says at the end how the run went. */
export interface Report {
  readonly format: 'junit' | 'json'
  readonly path: string
}

/** What `--report junit=FILE` and `--report json=FILE` say. Throws `CONFIG_INVALID`. */
export function readReports(given: readonly string[]): readonly Report[] {
  return given.map((text) => {
    const equals = text.indexOf('=')
    const format = text.slice(0, equals)
    const path = text.slice(equals + 1)
    if ((format !== 'junit' && format !== 'json') || path === '') {
      throw misuse(`--report is '${text}', but it must be junit=FILE or json=FILE.`)
    }
    // Better now than after an hour.
    if (statSync(dirname(resolve(path)), { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw misuse(`--report ${text} is in a folder that is not there.`)
    }
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw misuse(`--report ${text} is a folder, and must be a file.`)
    }
    return { format, path }
  })
}

/** Writes them. Gives a sentence for each that cannot be written. */
export function writeReports(
  reports: readonly Report[],
  result: RunResult,
  progress: RunProgress,
): readonly string[] {
  const tasks = taskReports(result, progress)
  return reports.flatMap(({ format, path }) => {
    try {
      const text =
        format === 'junit' ? junitOf(result, tasks) : `${shownJson(jsonOf({ ...result, tasks }))}\n`
      writeFileSync(path, text)
      return []
    } catch (thrown) {
      return [`the report ${path} cannot be written: ${thrownText(thrown)}`]
    }
  })
}

function misuse(message: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message })
}
