import { describe, expect, it } from 'vitest'
import { parsePlan } from 'dagmar/plan-file'
import { readStg, readWfCommons } from 'dagmar/simulation'
import { keysIn } from '../../src/cli/run/keys-in.ts'
import { LineEditor } from '../../src/cli/run/line-editor.ts'
import { cutToWidth, displayWidth } from '../../src/cli/screen/text-width.ts'
import { wrapped } from '../../src/cli/simulate/summary.ts'
import { nearest } from '../../src/errors/nearest.ts'
import { parseEnvText } from '../../src/executors/process/env-file.ts'
import { KeptOutput } from '../../src/executors/process/kept-output.ts'
import { readJson } from '../../src/executors/process/read-json.ts'
import { filled } from '../../src/text/placeholders.ts'
import { pathOf } from '../../src/plan-file/paths.ts'
import { readText } from '../../src/plan-file/read-text.ts'
import { offsetInJson } from '../../src/simulation/json-place.ts'
import { shownLines, shownText } from '../../src/text/shown-text.ts'
import { spelledOut } from '../../src/text/spelled-out.ts'
import { cutEscapes, keepColours, stripEscapes } from '../../src/text/strip-escapes.ts'
import { toMs } from '../../src/time/duration.ts'
import { growthOf } from './growth.ts'

const escape = '\u001b'
const brace = '${{'

/** `part` again and again, up to that length. */
const many = (part: string) => (length: number) => part.repeat(Math.floor(length / part.length))

const numbered = (length: number, each: (index: number) => string, separator = ', ') =>
  Array.from({ length: Math.floor(length / (each(9_999).length + separator.length)) }, (_, index) =>
    each(index),
  ).join(separator)

const ofTask = (fields: string) => `tasks: { a: { run: x, ${fields} } }`

type Make = (length: number) => string
type Case = readonly [what: string, read: (text: string) => unknown, make: Make]

const screenTexts: readonly (readonly [string, Make])[] = [
  ['a colour before a long line', (length) => `${escape}[1m${'x'.repeat(length)}`],
  ['carriage returns', (length) => `${'\r'.repeat(length)}x`],
  ['a line written over again and again', many('x\r')],
  ['newlines of both kinds before a word', (length) => `${'\r\n'.repeat(length / 2)}x`],
  ['titles without an end', many(`${escape}]`)],
  ['one title without an end', (length) => `${escape}]0;${'x'.repeat(length)}`],
  ['parameters without an end', (length) => `${escape}[${';?'.repeat(length / 2)}`],
  ['sequences cut off', many(`${escape};?`)],
  ['sequences of one character', many('\u009b1')],
]

const envTexts: readonly (readonly [string, Make])[] = [
  ['a line of blanks', (length) => ' '.repeat(length)],
  ['blanks before a word', (length) => `${' '.repeat(length)}x`],
  ['export and blanks', (length) => `export${' '.repeat(length)}x`],
  ['short lines', many('A=1\n')],
  ['signs of comments', (length) => `A=${' #'.repeat(length / 2)}\u2028`],
  ['a value over many lines', (length) => `A="${'x\n'.repeat(length / 2)}"`],
  ['a value without an end', (length) => `A="${'\\"\n'.repeat(length / 3)}`],
]

const planTexts: readonly (readonly [string, Make])[] = [
  ['an open placeholder and blanks', (length) => ofTask(`cwd: "${brace}${' '.repeat(length)}"`)],
  ['open placeholders', (length) => ofTask(`cwd: "${many(`${brace} `)(length)}"`)],
  ['placeholders cut off', (length) => ofTask(`cwd: "${many(`${brace} }`)(length)}"`)],
  [
    'placeholders of axes that are not there',
    (length) =>
      ofTask(
        `cwd: "${numbered(length / 2, (index) => `${brace} matrix.x${index} }}`)}", matrix: { ${numbered(1_000, (index) => `y${index}: [1]`)} }`,
      ),
  ],
  [
    'entries of exclude',
    (length) =>
      ofTask(
        `matrix: { n: [${numbered(20_000, String)}], exclude: [${numbered(length, (index) => `{ n: ${index} }`)}] }`,
      ),
  ],
  [
    'entries of include',
    (length) =>
      ofTask(
        `matrix: { n: [${numbered(20_000, String)}], include: [${numbered(length / 4, (index) => `{ n: ${index % 3_000}, x${index % 50}: 1 }`)}] }`,
      ),
  ],
  [
    'pools that are not there',
    (length) =>
      `pools: { ${numbered(length / 2, (index) => `p${index}: 1`)} }\n${ofTask(`uses: { ${numbered(length / 2, (index) => `q${index}: 1`)} }`)}`,
  ],
  ['needs that are not there', (length) => ofTask(`needs: [${numbered(length, (index) => `q${index}`)}]`)],
  ['a duration of digits', (length) => `timeout: "${'1'.repeat(length)}x"\ntasks: {}`],
  ['a command with NULs', (length) => `tasks: { a: { run: "${'x'.repeat(length)}\\0\\0" } }`],
  ['a folder of blanks', (length) => ofTask(`cwd: "${' '.repeat(length)}"`)],
  ['lists in lists', (length) => `tasks: ${'['.repeat(length)}`],
  ['objects in objects', (length) => '{'.repeat(length)],
  ['lists in lists, by dashes', many('- ')],
]

const jsonTexts: readonly (readonly [string, Make])[] = [
  ['lists in lists', (length) => '['.repeat(length)],
  ['one string', (length) => `"${'x'.repeat(length)}`],
  ['escapes', (length) => `["${'\\n'.repeat(length / 2)}"]`],
  ['numbers', (length) => `[${'1,'.repeat(length / 2)}1]`],
  ['blanks', (length) => ' '.repeat(length)],
]

const cases: readonly Case[] = [
  ...screenTexts.flatMap(([what, make]): Case[] => [
    [`output: ${what}`, stripEscapes, make],
    [`output in its colours: ${what}`, keepColours, make],
    [`output for a program: ${what}`, cutEscapes, make],
    [`a line for the screen: ${what}`, shownText, make],
    [`lines for the screen: ${what}`, shownLines, make],
  ]),
  ...['x', '漢', 'e\u0301', '\u0301', '👍🏽', '🇩', ' x'].flatMap((part): Case[] => [
    [`the width of a line: ${JSON.stringify(part)}`, displayWidth, many(part)],
    [`a line cut to the screen: ${JSON.stringify(part)}`, (text) => cutToWidth(text, 80), many(part)],
    [`a text in lines of the screen: ${JSON.stringify(part)}`, (text) => wrapped(text, 80), many(part)],
  ]),
  ['a message: control characters', spelledOut, many('\u001b')],
  ...envTexts.map(
    ([what, make]): Case => [`an environment file: ${what}`, (text) => parseEnvText(text, 'x.env'), make],
  ),
  ...planTexts.map(([what, make]): Case => [`a plan: ${what}`, (text) => parsePlan(text), make]),
  ['an input: keys', readText, (length) => `{ ${numbered(length, (index) => `"k${index}": 1`)} }`],
  ['a text with placeholders: braces', (text) => filled(text, () => undefined), many(brace)],
  ['a path: brackets', pathOf, many('["')],
  ...jsonTexts.map(
    ([what, make]): Case => [`a place in JSON: ${what}`, (text) => offsetInJson(text, [0, 'x']), make],
  ),
  [
    'a recording: parents that are not there',
    readWfCommons,
    (length) =>
      JSON.stringify({
        workflow: {
          specification: {
            tasks: [{ id: 'a', parents: Array.from({ length: length / 8 }, (_, index) => `p${index}`) }],
          },
        },
      }),
  ],
  [
    'a task graph: needs',
    readStg,
    (length) => `1\n0 0 0\n1 0 9 ${numbered(length, (index) => String(index), ' ')}\n2 0 0\n`,
  ],
  ['a task graph: blanks', readStg, (length) => `1\n0 0${' '.repeat(length)}x`],
  ['a duration: blanks', toMs, (length) => `1${' '.repeat(length)}x`],
  ['a duration: digits', toMs, (length) => `${'1'.repeat(length)}.${'1'.repeat(length)}`],
  ['a word that is misspelt', (text) => nearest(`${text}y`, [text]), many('x')],
  [
    'stdout as JSON: a number of many digits',
    readJson,
    (length) => `[1${'0'.repeat(length)}.${'0'.repeat(length)}1]`,
  ],
  ['stdout as JSON: numbers', readJson, (length) => `[${many('1.10,')(length)}1]`],
  ['stdout as JSON: escapes', readJson, (length) => `["${many(String.raw`\"`)(length)}"]`],
  ['stdout as JSON: lists in lists', readJson, (length) => '['.repeat(length / 2) + ']'.repeat(length / 2)],
  [
    'stdout: newlines',
    (text) => {
      const kept = new KeptOutput()
      kept.keepStdout(Buffer.from(text))
      kept.noteLines(text)
      return [kept.stdout(), kept.lastLines()]
    },
    many('\n'),
  ],
  [
    'what is typed: characters taken back',
    (text) => {
      const editor = new LineEditor()
      for (const key of keysIn(text)) editor.press(key)
    },
    (length) => 'x'.repeat(length / 2) + '\u007f'.repeat(length / 2),
  ],
]

describe("somebody else's text of 1 MB at its worst", () => {
  it.each(cases)(
    'is read in time that grows with its length alone: %s',
    { timeout: 120_000 },
    (_, read, make) => {
      expect(growthOf(read, make)).toBeLessThan(4)
    },
  )
})

describe('the measure of growth', () => {
  it('tells reading in proportion from comparing each character with each', () => {
    const slow = (text: string): boolean => /[^\n]*\r/.test(text)
    expect(growthOf(slow, many('x'))).toBeGreaterThan(3)
    expect(growthOf((text) => text.search(/\r/), many('x'))).toBeLessThan(3)
  })
})
