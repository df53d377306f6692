import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, dag, type Work } from 'dagmar'
import { parsePlan } from 'dagmar/plan-file'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { asCommandWork } from '../../src/executors/command.ts'
import { fillWork } from '../../src/executors/process/fill-work.ts'
import { misplacedIn } from '../../src/plan-file/shell-places.ts'
import { expectNothingLeft } from './commands.ts'

expectNothingLeft()

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'templates-test-')))
afterAll(() => rmSync(folder, { recursive: true }))
const shells = ['sh', 'bash', 'dash', 'zsh'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0)

/** The text with the value in each of its places, as an attempt has it. */
function filledLine(run: string, value: unknown): string {
  const work = { run, fillsFrom: folder }
  const attempt = {
    runId: 'r',
    taskId: 't',
    attempt: 1,
    work,
    input: value,
    actor: undefined as never,
    note: () => undefined,
  }
  return fillWork(work, attempt).run as string
}

const metacharacters = [
  "'",
  '"',
  '`',
  '$(',
  ')',
  '$',
  '${',
  '}',
  '\\',
  '\n',
  ' ',
  '\t',
  ';',
  '&',
  '|',
  '<',
  '>',
  '(',
  '*',
  '?',
  '[',
  ']',
  '~',
  '#',
  '!',
  '{',
  ',',
  '=',
  '%',
  '-',
  '\r',
  '\u0001',
  'é',
  'touch pwned',
  '$((',
  '))',
  '<<E',
  '\\\n',
  "'\\''",
  "$'",
]

describe('a value in a text for the shell', () => {
  it.each(shells)('is one word of %s, whatever it holds', (shell) => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...metacharacters), maxLength: 12 }), (value) => {
        const line = filledLine(
          `printf '%s\\0' \${{ input }} a\${{ input }}b --x=\${{ input }}; X=\${{ input }}; printf '%s\\0' "$X"`,
          value,
        )
        const printed = execFileSync(shell, ['-c', line], { cwd: folder }).toString().split('\0')
        expect(printed).toEqual([value, `a${value}b`, `--x=${value}`, value, ''])
      }),
      { numRuns: 60, examples: metacharacters.map((one) => [one] as [string]) },
    )
    expect(readdirSync(folder)).toEqual([])
  })

  it.each(shells)('runs nothing in %s, wherever it is let stand', (shell) => {
    const place = '${{ input }}'
    const openers = [
      '',
      '"',
      "'",
      '`',
      '$(',
      '$((',
      '(',
      '((',
      '${x:-',
      '\\',
      '\\\n#',
      '# ',
      '<<E\n',
      "$'",
      '$',
      '[[ ',
      'a[',
      'x=(',
      '"$x',
    ]
    const closers = ['', '"', "'", '`', ')', '))', '}', '\n', '\nE\n', ' ]]', ' -eq 1 ]]', ']=1', '";echo "']
    const lines = openers.flatMap((opener) =>
      closers.flatMap((closer) => [
        `echo ${opener}${place}${closer}`,
        `echo ${opener}y${closer} ${place}`,
        `${opener}${place}${closer}`,
      ]),
    )
    const values = [
      "';touch pwned;'",
      '";touch pwned;"',
      '$(touch pwned)`touch pwned`',
      'a[$(touch pwned)]',
      ')\ntouch pwned\n',
      '\nE\ntouch pwned\n',
      '};touch pwned #',
      "\\';touch pwned #",
    ]
    const safe = lines.filter((line) => misplacedIn(line, shell, () => true).length === 0)
    expect(safe.length).toBeGreaterThan(40)
    for (const line of safe) {
      // One process for all values: a line that is none is no error of the others.
      const scripts = values.map((value) => filledLine(line, value))
      const script = scripts.map((_, index) => `${shell} -c "$${index + 1}" </dev/null`).join('\n')
      spawnSync(shell, ['-c', script.replaceAll(/"\$(\d+)"/g, '"${$1}"'), shell, ...scripts], { cwd: folder })
      expect({ line, files: readdirSync(folder) }).toEqual({ line, files: [] })
    }
  })
})

/** Runs the plan that is written so, with a handler's output for `b`. */
async function outcomeOf(task: object, output: unknown, input?: unknown) {
  const { definition } = parsePlan(
    JSON.stringify({ tasks: { b: { run: 'true' }, a: { needs: ['b'], ...task } } }),
    {
      file: join(folder, 'plan.json'),
    },
  )
  const [, [, a]] = definition.tasks as unknown as [unknown, [string, { readonly run: Work<unknown> }]]
  const run = createRuntime().dispatch(
    dag('d')
      .task('b', () => output)
      .task('a', { needs: ['b'], retry: { maxAttempts: 3 } }, a.run),
    { input },
  )
  const result = await run.result
  return { outcome: result.outcomes.a, runId: run.id, asCommand: asCommandWork(a.run.work) }
}

describe('the values of a run', () => {
  it('are filled in when an attempt starts: in the command, its variables and its directory', async () => {
    mkdirSync(join(folder, 'sub'), { recursive: true })
    const { outcome, runId } = await outcomeOf(
      {
        run: `echo \${{ needs.b['a key'][1] }} \${{ needs.b.n }} \${{ attempt }} \${{ runId }} "$E"; pwd`,
        env: { E: '<${{ needs.b }} ${{ input.x }}>' },
        cwd: '${{ input.dir }}',
      },
      { 'a key': [0, "it's"], n: 1.5 },
      { x: null, dir: './sub' },
    )
    expect(outcome).toMatchObject({
      output: `it's 1.5 1 ${runId} <{"a key":[0,"it's"],"n":1.5} null>\n${folder}/sub`,
    })
    rmSync(join(folder, 'sub'), { recursive: true })
  })

  it('are filled in into the arguments of a program, as they are', async () => {
    const { outcome } = await outcomeOf(
      { run: ['printf', '%s|', '${{ needs.b }}', "'${{ needs.b }}'"] },
      '$(x) "y"',
    )
    expect(outcome).toMatchObject({ output: `$(x) "y"|'$(x) "y"'|` })
  })

  it.each([
    ['${{ needs.b.y }}', "${{ needs.b.y }} stands for nothing: the output of 'b' has no such field."],
    [
      '${{ needs.b.list.length }}',
      "${{ needs.b.list.length }} stands for nothing: the output of 'b' has no such field.",
    ],
    [
      '${{ needs.b.toString }}',
      "${{ needs.b.toString }} stands for nothing: the output of 'b' has no such field.",
    ],
    ['${{ input.x }}', "${{ input.x }} stands for nothing: the run's input has no such field."],
    ['${{ input }}', '${{ input }} stands for nothing: the run has no input.'],
    [
      '${{ needs.b.nul }}',
      '${{ needs.b.nul }} stands for a text with a null character, which no command can be given.',
    ],
  ])('fail the attempt for good where there are none: %s', async (written, message) => {
    const { outcome } = await outcomeOf({ run: `echo ${written}` }, { x: 1, list: [1], nul: 'a\0b' })
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: { code: 'TEMPLATE_UNRESOLVED', message, retryable: false },
    })
  })

  it('fail the attempt for good where they are too large, alone or together', async () => {
    const large = await outcomeOf({ run: 'echo ${{ needs.b }}' }, 'x'.repeat(65_537))
    expect(large.outcome).toMatchObject({ failure: { code: 'TEMPLATE_TOO_LARGE', retryable: false } })
    const quotes = await outcomeOf({ run: 'echo ${{ needs.b }}' }, "'".repeat(65_536))
    expect(quotes.outcome).toMatchObject({ failure: { code: 'TEMPLATE_TOO_LARGE' } })
    const most = await outcomeOf({ run: 'printf %s ${{ needs.b }} | wc -c' }, 'x'.repeat(65_536))
    expect(most.outcome).toMatchObject({ output: '65536' })
  })

  it('are all outputs as one text, for a prompt', async () => {
    const { outcome } = await outcomeOf({ run: 'printf %s ${{ inputs }}' }, 'one')
    expect(outcome).toMatchObject({ output: '## b\none' })
  })

  it('name what a skipped dependency has not given', async () => {
    const { plan } = parsePlan(
      JSON.stringify({
        tasks: {
          c: { run: 'false' },
          b: { run: 'true', needs: ['c'] },
          a: { run: 'echo ${{ needs.b.x }}', needs: ['b'], when: 'all-settled' },
        },
      }),
    )
    const { outcomes } = await createRuntime().dispatch(plan).result
    expect(outcomes['a']).toMatchObject({
      failure: {
        code: 'TEMPLATE_UNRESOLVED',
        message: "${{ needs.b.x }} stands for nothing: 'b' has no output.",
      },
    })
  })
})
