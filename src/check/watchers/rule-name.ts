import type { Rule } from '../../graph/rules.ts'

/** The rule in a sentence, after `rule`: `'any-failed'`, or `of its own`. */
export function ruleName(rule: Rule): string {
  return typeof rule === 'function' ? 'of its own' : `'${rule}'`
}
