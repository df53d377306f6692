import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { command, createRuntime, dag } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { expectNothingLeft, type RunningCommand, runLine, startCommand } from './commands.ts'

expectNothingLeft()

const printing = (text: string) =>
  `node -e "process.stdout.write(${JSON.stringify(text).replaceAll('"', "'")})"`

function progressOf({ reports }: RunningCommand): readonly unknown[] {
  return reports.flatMap((report) =>
    report.type === 'attempt.progress' ? [[report.percent, report.message]] : [],
  )
}

/** What `dagmar tell` does, without the start of a process. */
function tell(path: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = ''
    const socket = connect(path, () => socket.write(line))
    socket
      .setEncoding('utf8')
      .on('data', (text: string) => (reply += text))
      .on('error', reject)
      .on('close', () => resolve(reply))
  })
}

describe('a command that speaks', () => {
  it('tells its progress, beats and warns, and its output is without these lines', async () => {
    const run = await runLine(
      `echo a; echo '::dagmar progress 40 half  of it'; echo '::dagmar heartbeat'
       printf '::dagmar warn careful\\r\\n'; echo '::dagmar progress 99.5%'; echo b`,
    )
    expect(progressOf(run)).toEqual([
      [40, 'half  of it'],
      [99.5, undefined],
    ])
    expect(run.warnings()).toEqual(['careful'])
    expect(run.reports).toContainEqual({ type: 'attempt.heartbeat' })
    expect(run.lines()).toEqual(['a', 'b'])
    expect(run.last).toEqual({ type: 'attempt.completed', output: 'a\nb' })
  })

  it('is not believed where anything it prints could say so, unless the task says that it speaks', async () => {
    const line = `echo '{"mine":1}'; echo '::dagmar output {"forged":1}'`
    const run = await runLine(line)
    expect(run.last).toMatchObject({ output: '{"mine":1}\n::dagmar output {"forged":1}' })
    expect(run.warnings()).toEqual([
      "A line of its output says '::dagmar output', which anything it prints could say: it counts with speaks: true on the task, or with 'dagmar tell'.",
    ])
    const believed = await runLine(`${line}; echo '::dagmar output 12'`, { speaks: true })
    expect(believed.last).toEqual({ type: 'attempt.completed', output: 12 })
  })

  it.each(['ask you?', 'retry-after 30s', 'terminal no use', 'output 1'])(
    'has no effect with a forged %s',
    async (said) => {
      const run = await runLine(`echo '::dagmar ${said}'; exit 3`, { stdin: 'answers' })
      expect(run.last).toEqual({
        type: 'attempt.failed',
        failure: {
          code: 'COMMAND_FAILED',
          message: 'The command exited with code 3.',
          output: [`::dagmar ${said}`],
        },
      })
      expect(run.reports.some(({ type }) => type === 'attempt.asked')).toBe(false)
      expect(run.warnings()).toHaveLength(1)
    },
  )

  it('says when to try again, and that trying again is useless', async () => {
    const later = await runLine(`echo '::dagmar retry-after 30s'; exit 1`, { speaks: true })
    expect(later.last).toMatchObject({ failure: { code: 'COMMAND_FAILED', retryAfterMs: 30_000 } })
    const never = await runLine(`echo '::dagmar terminal the key is wrong'; exit 1`, { speaks: true })
    expect(never.last).toMatchObject({
      failure: {
        code: 'COMMAND_FAILED',
        retryable: false,
        message: 'The command exited with code 1. It says that no further attempt helps: the key is wrong',
      },
    })
    const fine = await runLine(`echo '::dagmar terminal no'; echo '::dagmar retry-after 1h'`, {
      speaks: true,
    })
    expect(fine.last.type).toBe('attempt.completed')
  })

  it('is warned of once, and shown, where it says nothing that is understood', async () => {
    const bad = [
      '::dagmar',
      '::dagmar shout',
      '::dagmar progress half',
      '::dagmar output {',
      '::dagmar heartbeat x',
    ]
    const run = await runLine(bad.map((said) => `echo '${said}'`).join(';'), { speaks: true })
    expect(run.lines()).toEqual(bad)
    expect(run.warnings()).toEqual([
      'A line of its output begins with ::dagmar and is no message: nothing follows.',
    ])
  })

  it('keeps what only looks like a message', async () => {
    const run = await runLine(`printf 'a::dagmar heartbeat\\n ::dagmar heartbeat\\n::dagmars\\n:: x\\n'`)
    expect(run.lines()).toEqual(['a::dagmar heartbeat', ' ::dagmar heartbeat', '::dagmars', ':: x'])
    expect(run.warnings()).toEqual([])
  })

  it('is heard without the escape codes of its colours', async () => {
    const run = await runLine(`printf '::dagmar output \\033[32m{"a":\\033[0m1}\\n'`, { speaks: true })
    expect(run.last).toMatchObject({ output: { a: 1 } })
  })

  it('is acted on 50 times a second, and its latest progress is told in any case', async () => {
    const said = Array.from(
      { length: 2_000 },
      (_, n) => `::dagmar progress ${n % 100} n${n}\n::dagmar warn w${n}\n`,
    )
    const run = await runLine(printing(said.join('')))
    expect(progressOf(run).length).toBeLessThan(1_000)
    expect(progressOf(run).at(-1)).toEqual([99, 'n1999'])
    expect(run.warnings().length).toBeLessThan(1_000)
    expect(run.warnings()).toContain('It warns more than 50 times a second: not all of it is told.')
  })
})

describe('a command that speaks and knows a secret', () => {
  it('says it to nobody, is understood all the same, and has its output as it was', async () => {
    const runtime = createRuntime({ redact: { environment: ['KEY'] } })
    const line = `echo '::dagmar warn it is hidden-40 here'; echo '::dagmar progress 40 hidden-40'; echo key hidden-40; printf 'at hidden-40 %s' hidden; sleep 0.6`
    const run = runtime.dispatch(dag('d').task('a', command(line, { env: { KEY: 'hidden-40' } })))
    const facts: unknown[] = []
    run.events$.subscribe((fact) => facts.push(fact))
    const { outcomes } = await run.result
    const told = facts.map((fact) => JSON.stringify(fact)).join('\n')
    expect(told).not.toContain('hidden-40')
    expect(told).toContain('"isPartial":true')
    expect(told).toMatch(/"text":"at [^h"]* "/)
    expect(told).toMatch(/"percent":40/)
    expect(outcomes).toMatchObject({ a: { output: 'key hidden-40\nat hidden-40 hidden' } })
  })
})

describe('a command that asks', () => {
  it('gets the answer as a line of its stdin', async () => {
    const work = command(`echo '::dagmar ask sure?'; read -r answer; echo "got $answer"`, {
      speaks: true,
      stdin: 'answers',
    })
    const runtime = createRuntime()
    const run = runtime.dispatch(dag('d').task('a', work))
    run.events$.subscribe((fact) => {
      if (fact.type === 'task.asked') run.answer('a', 'oh\nyes')
    })
    expect((await run.result).outcomes).toMatchObject({ a: { status: 'completed', output: 'got oh yes' } })
  })

  it('gets its default answer there where nobody has answered in time', async () => {
    const asks = `echo '::dagmar ask --answer-within 50ms --default-answer=eu which region?'`
    const work = command(`${asks}; read -r answer; echo "got $answer"`, { speaks: true, stdin: 'answers' })
    const run = createRuntime().dispatch(dag('d').task('a', work))
    expect((await run.result).outcomes).toMatchObject({ a: { status: 'completed', output: 'got eu' } })
    expect(run.story('a').find(({ type }) => type === 'task.asked')).toMatchObject({
      question: 'which region?',
      defaultAnswer: 'eu',
    })
  })

  it('is only printing where its time may be over and no answer comes then, or the time is none', async () => {
    for (const option of ['--answer-within 1m', '--answer-within soon --default-answer x']) {
      const run = await runLine(`echo '::dagmar ask ${option} sure?'`, { speaks: true, stdin: 'answers' })
      expect(run.lines()).toEqual([`::dagmar ask ${option} sure?`])
      expect(run.warnings()[0]).toContain('--answer-within')
    }
  })

  it('is only printing where no answer can come', async () => {
    const run = await runLine(`echo '::dagmar ask sure?'`, { speaks: true })
    expect(run.lines()).toEqual(['::dagmar ask sure?'])
    expect(run.warnings()[0]).toContain('stdin: answers')
  })

  it('has an empty stdin without it', async () => {
    const run = await runLine('cat; echo done')
    expect(run.last).toMatchObject({ output: 'done' })
  })
})

describe('the channel of an attempt', () => {
  it('lies in a folder of the user alone, which is gone with the attempt, and takes what stdout may not say', async () => {
    const run = startCommand(command('echo "$DAGMAR_TELL"; cat', { stdin: 'answers' }))
    await run.says('/tell')
    const path = run.lines()[0]!
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    expect(await tell(path, '"progress 40 it"\n')).toBe('{"heard":true}\n')
    expect(await tell(path, '"output {\\"a\\":1}"\n')).toBe('{"heard":true}\n')
    expect(await tell(path, '"shout"\n')).toContain('"heard":false')
    expect(await tell(path, 'shout\n')).toContain('"heard":false')
    const asked = tell(path, '"ask sure?"\n')
    await expect.poll(() => run.reports.at(-1)).toEqual({ type: 'attempt.asked', question: 'sure?' })
    run.executor.answer!(run.attemptId, { yes: true })
    expect(await asked).toBe('{"heard":true,"answer":{"yes":true}}\n')
    const unheard = tell(path, '"ask --answer-within 1m which?"\n')
    const limited = { type: 'attempt.asked', question: 'which?', answerWithinMs: 60_000 }
    await expect.poll(() => run.reports.at(-1)).toEqual(limited)
    const byDefault = tell(path, '"ask --default-answer no why?"\n')
    await expect.poll(() => run.reports.at(-1)).toMatchObject({ question: 'why?', defaultAnswer: 'no' })
    run.executor.expire!(run.attemptId, 1)
    expect(await byDefault).toBe('{"heard":true,"answer":"no"}\n')
    run.executor.expire!(run.attemptId, 0)
    expect(await unheard).toBe('{"heard":false,"complaint":"nobody answered in time"}\n')
    const cutOff = tell(path, '"ask again?"\n')
    await expect.poll(() => run.reports.at(-1)).toEqual({ type: 'attempt.asked', question: 'again?' })
    run.executor.abort(run.attemptId)
    expect((await run.end).type).toBe('attempt.ended')
    expect(await cutOff).toBe('{"heard":false,"complaint":"the attempt is over"}\n')
    expect(existsSync(dirname(path))).toBe(false)
    expect(progressOf(run)).toEqual([[40, 'it']])
  })

  it('is left out where no folder can be made, and the command runs all the same', async () => {
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = '/nowhere'
    try {
      const run = await runLine('echo "<$DAGMAR_TELL>"', { env: { DAGMAR_TELL: '/outer' } })
      expect(run.last).toMatchObject({ output: '<>' })
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
    }
  })

  it('leaves nothing behind in the folder for temporary files when the attempt cannot start', async () => {
    const before = process.env['TMPDIR']
    // One of its own, because others make folders at the same time.
    const folder = mkdtempSync(join(tmpdir(), 'dagmar-empty-'))
    process.env['TMPDIR'] = folder
    try {
      const failing = startCommand(command('true'), { inputs: { a: 1n } })
      expect((await failing.end).type).toBe('attempt.failed')
      const missing = await runLine('true', { cwd: '/nowhere' })
      expect(missing.last.type).toBe('attempt.failed')
      expect(readdirSync(folder)).toEqual([])
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      rmSync(folder, { recursive: true })
    }
  })
})
