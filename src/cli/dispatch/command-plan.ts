import { plan } from '../../graph/make-plan.ts'
import type { PlanFile } from '../../plan-file/parse-plan.ts'
import { commandDefinition } from './command-definition.ts'

/** The plan that a command alone makes, as if it had been read from a file. */
export function commandPlan(words: readonly string[], cwd: string): PlanFile {
  const definition = commandDefinition(words, cwd)
  return {
    file: 'command',
    plan: plan(definition),
    input: undefined,
    definition,
    groups: new Map(),
    agents: [],
    notify: [],
    warnings: [],
  }
}
