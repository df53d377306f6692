import type { RunResult } from '../../events/run-result.ts'
import { stripEscapes } from '../../text/strip-escapes.ts'
import type { TaskReport } from './task-reports.ts'

/** The run as a test suite in the XML of JUnit, which build servers read: a test case a task. */
export function junitOf(result: RunResult, tasks: readonly TaskReport[]): string {
  const count = (status: string): number => tasks.filter(({ outcome }) => outcome.status === status).length
  const suite = attributes({
    name: result.name,
    tests: tasks.length,
    failures: count('failed'),
    errors: count('killed'),
    skipped: count('skipped'),
    time: seconds(result.durationMs),
    timestamp: new Date(result.settledAt - result.durationMs).toISOString(),
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite${suite}>`,
    ...tasks.flatMap((task) => caseOf(result.name, task)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function caseOf(suite: string, { id, outcome, durationMs, output }: TaskReport): readonly string[] {
  const head = `    <testcase${attributes({ name: id, classname: suite, time: seconds(durationMs) })}`
  const lines = [...outcomeLines(outcome), ...outputLines(output)]
  return lines.length === 0 ? [`${head}/>`] : [`${head}>`, ...lines, '    </testcase>']
}

function outcomeLines(outcome: TaskReport['outcome']): readonly string[] {
  switch (outcome.status) {
    case 'completed':
      return []
    case 'failed': {
      const { message, code } = outcome.failure
      return [`      <failure${attributes({ message, type: code })}>${escaped(message)}</failure>`]
    }
    case 'killed':
      return [`      <error${attributes({ message: `killed: ${outcome.reason}`, type: 'killed' })}/>`]
    case 'skipped': {
      const cause = outcome.causedBy === undefined ? '' : ` because of ${outcome.causedBy}`
      return [`      <skipped${attributes({ message: `${outcome.because}${cause}` })}/>`]
    }
  }
}

function outputLines(output: readonly string[]): readonly string[] {
  return output.length === 0 ? [] : [`      <system-out>${escaped(output.join('\n'))}</system-out>`]
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('')
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3)
}

/** What XML has no character for is left out: escape codes, control characters, halves of pairs. */
function escaped(text: string): string {
  return stripEscapes(text)
    .replaceAll(/[\p{Cs}\ufffe\uffff]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
