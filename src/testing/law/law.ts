import { thrownText } from '../../errors/foreign-value.ts'
import type { Arbitrary, Parameters, RunDetails } from 'fast-check'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { badValue, readFields, readInteger, readNumber, show } from '../../graph/read-values.ts'
import { caseInWords } from './case-in-words.ts'
import { fc } from './fast-check.ts'
import type { Breach } from '../invariants/check-invariants.ts'

/** What registers a test by its name: `test` of Vitest, Jest or node:test, or anything of that shape. */
export type RegisterTest = (name: string, body: () => Promise<void>, timeoutMs: number) => unknown

export interface LawOptions<Case = unknown> {
  /**
   * Registers the law with the test framework.
   * @default the global `test` or `it` where there is one, else Vitest's inside Vitest, else node:test's
   */
  readonly test?: RegisterTest
  /** How many random cases are tried. @default the environment's `DAGMAR_LAW_RUNS`, else 100 */
  readonly runs?: number
  /** The same seed gives the same cases. A failed law names it. @default random */
  readonly seed?: number
  /** With the seed, leads straight to the case that failed. A failed law names it. */
  readonly path?: string
  /** Cases that are tried first, such as earlier counterexamples. */
  readonly examples?: readonly Case[]
  /** How long all cases together may take, in milliseconds. @default 240000 */
  readonly timeoutMs?: number
}

/**
 * The law holds where the check returns true, nothing or an empty list. It is broken by false, by a text that says what
 * is wrong, by a list of texts and breaches, by any other value, and by throwing or rejecting.
 */
export type LawOutcome = void | boolean | string | readonly (string | Breach)[]

/**
 * Registers a test that must hold for every value of the arbitrary. Where it does not, the case is shrunk, and the test
 * fails with the smallest case that was found, what is wrong with it, and the seed that makes it again. Works with
 * Vitest, Jest and node:test. Throws `PEER_MISSING` without fast-check, and `CONFIG_INVALID` for options that make no
 * sense.
 */
export function law<Case>(
  name: string,
  arbitrary: Arbitrary<Case>,
  check: (given: Case) => LawOutcome | Promise<LawOutcome>,
  options: LawOptions<Case> = {},
): void {
  demandOptions(options)
  const { test = frameworkTest(), timeoutMs = 240_000 } = options
  const property = fc.asyncProperty(arbitrary, async (given) => demandKept(await check(given)))
  test(
    name,
    async () => {
      const details = await fc.check(property, parametersOf(options))
      if (details.failed) throw new Error(reportOf(name, details), { cause: details.errorInstance })
    },
    timeoutMs,
  )
}

const known: ReadonlySet<string> = new Set(['test', 'runs', 'seed', 'path', 'examples', 'timeoutMs'])

function demandOptions<Case>(options: LawOptions<Case>): void {
  readFields(options, "law's options object", known)
  const { test, runs, seed, path, examples, timeoutMs } = options
  if (test !== undefined && typeof test !== 'function') throw badValue('test', test, 'a function')
  if (runs !== undefined) readInteger(runs, 'runs', 1)
  if (seed !== undefined) readInteger(seed, 'seed', Number.MIN_SAFE_INTEGER)
  if (path !== undefined && typeof path !== 'string') throw badValue('path', path, 'a text')
  if (examples !== undefined && !Array.isArray(examples))
    throw badValue('examples', examples, 'a list of cases')
  if (timeoutMs !== undefined) readNumber(timeoutMs, 'timeoutMs', 0, Number.POSITIVE_INFINITY)
}

function parametersOf<Case>(options: LawOptions<Case>): Parameters<[Case]> {
  const { runs = Number(process.env['DAGMAR_LAW_RUNS'] ?? 100), seed, path, examples } = options
  return {
    numRuns: runs,
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
    ...(examples === undefined ? {} : { examples: examples.map((example) => [example] as [Case]) }),
  }
}

/** What a check found, where it did not throw. */
class Broken extends Error {}

function demandKept(outcome: LawOutcome): void {
  if (outcome === undefined || outcome === true) return
  if (outcome === false) throw new Broken('The check returned false.')
  if (typeof outcome === 'string' && outcome !== '') throw new Broken(outcome)
  // Checks written in JavaScript may return anything.
  if (!Array.isArray(outcome)) throw noOutcome(outcome === '' ? 'an empty text' : show(outcome))
  if (outcome.length > 0) throw new Broken(outcome.map(sentenceOf).join('\n'))
}

function noOutcome(returned: string): Broken {
  return new Broken(
    `The check returned ${returned}, but it may return true or nothing where the law holds, else false, a text that says what is wrong, or a list of texts and breaches.`,
  )
}

function isBreach(value: string | Breach): value is Breach {
  return typeof value === 'object' && value !== null && typeof value.story === 'string'
}

function sentenceOf(breach: string | Breach): string {
  if (typeof breach === 'string') return breach
  if (!isBreach(breach)) throw noOutcome(`a list with ${show(breach)} in it`)
  const { guarantee, words, message, story } = breach
  return `Guarantee ${guarantee} is broken: ${words}\n${message}\n${indented(story)}`
}

function reportOf<Case>(name: string, details: RunDetails<[Case]>): string {
  const { counterexample, counterexamplePath, errorInstance, numRuns, numShrinks, seed } = details
  // No case is to blame: `fc.pre` refused too many, or time was up.
  if (counterexample === null) return `${name}\n${fc.defaultReportMessage(details) ?? ''}`
  const wrong = thrownText(errorInstance)
  return [
    `The law does not hold: ${name}`,
    `Case ${numRuns} broke it, shrunk ${numShrinks} times. Again: { seed: ${seed}, path: '${counterexamplePath ?? ''}' }`,
    'The case:',
    indented(caseInWords(counterexample[0])),
    'What was wrong:',
    indented(wrong),
  ].join('\n')
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}

/** Vitest's `test` can be imported inside a test run; it is a global only where that is switched on. */
const vitestTest: RegisterTest | undefined =
  process.env['VITEST'] === undefined ? undefined : await import('vitest').then(({ test }) => test, nothing)

function nothing(): undefined {
  return undefined
}

function frameworkTest(): RegisterTest {
  const { test, it } = globalThis as { readonly test?: unknown; readonly it?: unknown }
  const global = typeof test === 'function' ? test : it
  if (typeof global === 'function') return global as RegisterTest
  if (vitestTest !== undefined) return vitestTest
  if (process.env['VITEST'] !== undefined) {
    throw new DagmarError('CONFIG_INVALID', {
      message: 'Vitest could not be imported from where dagmar is.',
      hint: "Give law() its test: law(name, arbitrary, check, { test }) with import { test } from 'vitest'.",
    })
  }
  return process.getBuiltinModule('node:test').test as RegisterTest
}
