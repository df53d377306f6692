import type { Rule, StatedRule } from '../../graph/rules.ts'

/** The rule in a sentence, after `rule`: `'any-failed'`, or `of its own`. */
export function ruleName(rule: Rule | StatedRule): string {
  return typeof rule === 'string' ? `'${rule}'` : 'of its own'
}
