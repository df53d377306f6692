// What the JSON reports of vitest say of failures.
//   files REPORT          the test files with failures, a path a line
//   names REPORT...       the failures by name, with what was thrown
//   count REPORT AGAIN    how many tests passed and failed; AGAIN is that of those that failed in REPORT, if they were run again
import { readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'

const nothing = { success: false, testResults: [], numPassedTests: 0 }
const [what, ...paths] = process.argv.slice(2)

if (what === 'files') print(failedFiles(read(paths[0])).map(({ name }) => relative(process.cwd(), name)))
else if (what === 'names') print(paths.flatMap(named))
else print([count(...paths.map(read))])

function print(lines) {
  for (const line of lines) process.stdout.write(`${line}\n`)
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return nothing
  }
}

function failedFiles({ testResults }) {
  return testResults.filter(({ status }) => status === 'failed')
}

function named(path) {
  return failedFiles(read(path)).flatMap(({ name, message, assertionResults }) => {
    const place = `failed in ${basename(path, '.json')}: ${relative(process.cwd(), name)}`
    const failed = assertionResults.filter(({ status }) => status === 'failed')
    // A file that could not be loaded has no tests.
    if (failed.length === 0) return [`${place}\n  ${message.slice(0, 3000)}`]
    return failed.map(
      (test) => `${place}\n  ${test.fullName}\n  ${test.failureMessages.join('\n  ').slice(0, 3000)}`,
    )
  })
}

function count(report, again = nothing) {
  const first = report.numFailedTests || (report.success ? 0 : failedFiles(report).length || 1)
  const failed = again.success ? 0 : first
  return `${report.numPassedTests + first - failed} passed, ${failed} failed`
}
