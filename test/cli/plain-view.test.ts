import { describe, expect, it } from 'vitest'
import { groupsFor } from '../../src/cli/run/choose-display.ts'
import { githubMarks, type Marks, noMarks } from '../../src/cli/view/ci-lines.ts'
import { jsonView } from '../../src/cli/view/json-view.ts'
import type { Screen } from '../../src/cli/screen/screen.ts'
import { completes, fails, failure, prints, shownRun, starts } from './shown-run.ts'

function fakePipe() {
  let text = ''
  const pipe: Screen & { isClogged: boolean; readonly lines: string[] } = {
    columns: 80,
    rows: 24,
    isClogged: false,
    isBehind: false,
    write: (more) => {
      text += more
    },
    onResize: () => () => undefined,
    get lines() {
      return text.trimEnd().split('\n')
    },
  }
  return pipe
}

describe('a run that is not on a terminal', () => {
  it('is told by a line for each event, with time and task at its beginning', () => {
    const screen = fakePipe()
    const run = shownRun({ taskIds: ['build', 'deploy', 'it'], screen, view: 'plain', summary: ['the end'] })
    run.see({ type: 'run.started' })
    starts(run, 'build')
    run.clock.advance(1_250)
    prints(run, 'build', 'one\n\u001b[1mtwo\u001b[0m\nthree\n')
    run.see({ type: 'task.stalled', taskId: 'build', attempt: 1, silentMs: 60_000 })
    const until = run.clock.now() + 5_000
    run.see({ type: 'task.retrying', taskId: 'build', attempt: 1, failure: failure('exit code 7'), until })
    run.clock.advance(60_000)
    starts(run, 'build', 2)
    run.clock.advance(3_400)
    completes(run, 'build', 2)
    starts(run, 'it')
    fails(run, 'it', 'exit code 3')
    run.see({ type: 'task.skipped', taskId: 'deploy', because: 'dependency-failed', causedBy: 'it' })
    run.display.say('finishing')
    run.display.end({ settledAt: run.clock.now() } as never)
    expect(screen.lines).toEqual([
      '00:00.0 build   started',
      '00:01.2 build  | one',
      '00:01.2 build  | two',
      '00:01.2 build  | three',
      '00:01.2 build   stalled, no sign of work',
      '00:01.2 build   retrying in 5.0 s: exit code 7',
      '01:01.2 build   started, attempt 2',
      '01:04.6 build   completed in 3.4 s',
      '01:04.6 it      started',
      '01:04.6 it      failed: exit code 3',
      '01:04.6 deploy  skipped because of it (dependency-failed)',
      '01:04.6 finishing',
      'the end',
    ])
  })

  it('leaves out output that its reader does not keep up with, and says how much', () => {
    const screen = fakePipe()
    const run = shownRun({ taskIds: ['a'], screen, view: 'plain' })
    starts(run, 'a')
    screen.isClogged = true
    prints(run, 'a', 'one\ntwo')
    prints(run, 'a', 'three')
    run.see({ type: 'task.warned', taskId: 'a', attempt: 1, message: 'that still matters' })
    screen.isClogged = false
    prints(run, 'a', 'four')
    expect(screen.lines.slice(1)).toEqual([
      '00:00.0 a  warning: that still matters',
      '00:00.0 3 lines of output are not shown: nobody read them in time',
      '00:00.0 a | four',
    ])
  })

  it('is quiet about all but what somebody may act on, if asked to', () => {
    const screen = fakePipe()
    const run = shownRun({ taskIds: ['a'], screen, view: 'plain', weights: ['alarm'] })
    starts(run, 'a')
    prints(run, 'a', 'one')
    fails(run, 'a', 'no')
    expect(screen.lines).toEqual(['00:00.0 a  failed: no'])
  })
})

describe('a run as JSON lines', () => {
  it('is its facts and its result, and nothing else', () => {
    const [screen, aside] = [fakePipe(), fakePipe()]
    const view = jsonView(screen, aside)
    const at = { seq: 1, at: 5, runId: 'r' }
    view.see({ type: 'run.started', ...at })
    view.say('finishing')
    view.ask('what now?')
    view.end({ runId: 'r', status: 'completed' } as never)
    expect(screen.lines.map((line) => JSON.parse(line))).toEqual([
      { type: 'run.started', ...at },
      { type: 'result', runId: 'r', status: 'completed' },
    ])
    expect(aside.lines).toEqual(['dagmar: finishing'])
  })

  it('says by stream.lagged how much output its reader has missed', () => {
    const screen = fakePipe()
    const view = jsonView(screen, fakePipe())
    const output = { type: 'task.output', taskId: 'a', attempt: 1, text: 'x', stream: 'stdout' } as const
    const at = { at: 5, runId: 'r' }
    screen.isClogged = true
    view.see({ ...output, afterSeq: 3, ...at })
    view.see({ ...output, afterSeq: 3, ...at })
    screen.isClogged = false
    view.see({ type: 'task.started', taskId: 'b', attempt: 1, seq: 4, ...at })
    expect(screen.lines.map((line) => JSON.parse(line))).toEqual([
      { type: 'stream.lagged', missed: 2, afterSeq: 3, ...at },
      { type: 'task.started', taskId: 'b', attempt: 1, seq: 4, ...at },
    ])
  })

  it('names what JSON cannot say, in place of failing', () => {
    const screen = fakePipe()
    const round: Record<string, unknown> = { big: 10n }
    round['self'] = round
    jsonView(screen, fakePipe()).end({ outputs: round } as never)
    expect(JSON.parse(screen.lines[0]!)).toEqual({
      type: 'result',
      outputs: { big: '10', self: '[seen before]' },
    })
  })
})

describe('a line that has not ended', () => {
  const partial = {
    type: 'task.output',
    taskId: 'a',
    attempt: 1,
    text: '20 %',
    stream: 'stdout',
    isPartial: true,
  } as const

  it('stands neither among plain lines nor in JSON, since it comes again as a whole', () => {
    const [plain, json] = [fakePipe(), fakePipe()]
    const run = shownRun({ taskIds: ['a'], screen: plain, view: 'plain' })
    run.see(partial)
    jsonView(json, fakePipe()).see({ ...partial, afterSeq: 1, at: 5, runId: 'r' })
    expect([plain.lines, json.lines]).toEqual([[''], ['']])
  })
})

describe('output that is grouped', () => {
  const two = (groups: Marks) => {
    const screen = fakePipe()
    const run = shownRun({ taskIds: ['a', 'b'], screen, view: 'plain', summary: ['the end'], groups })
    starts(run, 'a')
    starts(run, 'b')
    for (const id of ['a', 'b', 'a']) prints(run, id, `from ${id}`)
    return { screen, run }
  }

  it('stands together at the end of its attempt, and at the end of the run at the latest', () => {
    const { screen, run } = two(noMarks)
    completes(run, 'a')
    run.display.end({ settledAt: run.clock.now() } as never)
    expect(screen.lines).toEqual([
      '00:00.0 a  started',
      '00:00.0 b  started',
      '00:00.0 a | from a',
      '00:00.0 a | from a',
      '00:00.0 a  completed in < 1 ms',
      '00:00.0 b | from b',
      'the end',
    ])
  })

  it('is folded on GitHub Actions, where failures and warnings stand beside the code', () => {
    const { screen, run } = two(githubMarks)
    fails(run, 'a', '100 % wrong\n::set-output name=x::y')
    run.see({ type: 'task.warned', taskId: 'b', attempt: 1, message: 'odd' })
    expect(screen.lines.slice(2)).toEqual([
      '::group::output of a',
      '00:00.0 a | from a',
      '00:00.0 a | from a',
      '::endgroup::',
      '00:00.0 a  failed: 100 % wrong ::set-output name=x::y',
      '::error title=a::a failed: 100 %25 wrong ::set-output name=x::y',
      '00:00.0 b  warning: odd',
      '::warning title=b::b warning: odd',
    ])
  })

  it('has no line that could be taken for a command of GitHub Actions', () => {
    const { screen, run } = two(githubMarks)
    prints(run, 'a', 'x\n::error::forged\r\n  ::endgroup::\n\u2028::warning::forged')
    completes(run, 'a')
    const commands = screen.lines.filter((line) => /^\s*(?:::|##\[)/.test(line))
    expect(commands).toEqual(['::group::output of a', '::endgroup::'])
  })

  it('is shown in parts where it is much', () => {
    const { screen, run } = two(noMarks)
    for (let part = 0; part < 20; part++) prints(run, 'b', 'x'.repeat(60_000))
    expect(screen.lines.filter((line) => line.includes('xxx')).length).toBeGreaterThan(10)
  })

  it('is wanted by --group where lines are plain, and always on GitHub Actions', () => {
    const github = { GITHUB_ACTIONS: 'true' }
    expect(groupsFor(false, 'plain', {})).toBeUndefined()
    expect(groupsFor(true, 'plain', {})).toBe('plain')
    expect(groupsFor(false, 'plain', github)).toBe('github')
    expect(groupsFor(true, 'json', github)).toBeUndefined()
    expect(groupsFor(true, 'live', {})).toBeUndefined()
  })
})
