import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PassingFact } from '../../../../src/events/facts.ts'
import { plainLook, readLine } from '../../../../src/inspector/page/task/ansi.ts'
import { linesWith, LogLines } from '../../../../src/inspector/page/task/log-lines.ts'

const read = (line: string) => readLine(line, plainLook).stretches
const text = (line: string) =>
  read(line)
    .map((stretch) => stretch.text)
    .join('')

describe('a line of output', () => {
  it('has the colours that its escapes set, until they are taken back', () => {
    expect(read('a \u001b[31;1mred\u001b[39m bold\u001b[0m.')).toEqual([
      { text: 'a ', look: {} },
      { text: 'red', look: { colour: 'var(--ansi-1)', isBold: true } },
      { text: ' bold', look: { isBold: true } },
      { text: '.', look: {} },
    ])
  })

  it.each([
    ['\u001b[94mx', { colour: 'var(--ansi-12)' }],
    ['\u001b[101mx', { background: 'var(--ansi-9)' }],
    ['\u001b[38;5;9mx', { colour: 'var(--ansi-9)' }],
    ['\u001b[38;5;196mx', { colour: 'rgb(255 0 0)' }],
    ['\u001b[48;5;240mx', { background: 'rgb(88 88 88)' }],
    ['\u001b[38;2;1;2;3;4mx', { colour: 'rgb(1 2 3)', isUnderlined: true }],
    ['\u001b[38:2::1:2:3mx', { colour: 'rgb(1 2 3)' }],
    ['\u001b[2;3;7;9mx', { isDim: true, isItalic: true, isInverse: true, isStruck: true }],
    ['\u001b[1;2;22mx', {}],
    ['\u001b[mx', {}],
    ['\u009b32mx', { colour: 'var(--ansi-2)' }],
    ['\u001b[38;5;999mx', {}],
    ['\u001b[38;2;1mx', {}],
    ['\u001b[>4;2mx', {}],
  ])('knows %j', (line, look) => {
    expect(read(line)).toEqual([{ text: 'x', look }])
  })

  it.each([
    ['\u001b[2J\u001b[10;3Hgone', 'gone'],
    ['\u001b]0;a title\u0007here', 'here'],
    ['\u001b]8;;https://example.org\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001bPdevice\u001b\\kept', 'kept'],
    ['\u001b(Bplain\u001b7\u001b=', 'plain'],
    ['10 %\r20 %\r100 %', '100 %'],
    ['done\r', 'done'],
    ['a\u0008b\u0000c\u007f', 'abc'],
    ['exe.\u202egpj', 'exe.gpj'],
    ['\u001b[31', ''],
    ['tab\tstays', 'tab\tstays'],
  ])('cuts everything else: %j', (line, rest) => {
    expect(text(line)).toBe(rest)
  })

  it('never keeps a character that a screen would act on, and is read in no time', () => {
    const any = fc.string({
      unit: fc.constantFrom('\u001b', '[', ']', ';', '3', '8', 'm', '\r', '\u009d', '\u0007', ' ', 'x', '\\'),
    })
    fc.assert(
      fc.property(any, (line) => {
        // oxlint-disable-next-line no-control-regex
        expect(text(line)).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/)
      }),
    )
    const before = performance.now()
    for (const hostile of [
      '\u001b]'.repeat(50_000),
      `\u001b[${'3;'.repeat(100_000)}`,
      '\u001b['.repeat(100_000),
    ])
      text(hostile)
    expect(performance.now() - before).toBeLessThan(2_000)
  })
})

describe('what a task wrote', () => {
  const wrote = (
    line: string,
    of: Partial<Extract<PassingFact, { type: 'task.output' }>> = {},
  ): PassingFact => ({
    type: 'task.output',
    runId: 'run',
    taskId: 'build',
    attempt: 1,
    stream: 'stdout',
    at: 1,
    afterSeq: 1,
    text: line,
    ...of,
  })
  const shown = (log: LogLines) => log.lines.map((line) => line.text)

  it('comes line by line, of this task alone', () => {
    const log = new LogLines('build')
    log.catchUp([wrote('one\ntwo\r\n'), wrote('not this', { taskId: 'test' }), wrote('three')])
    expect(shown(log)).toEqual(['one', 'two', 'three'])
  })

  it('goes on where it was, even after the oldest was forgotten', () => {
    const log = new LogLines('build')
    const facts = ['1', '2', '3', '4', '5'].map((line) => wrote(line))
    log.catchUp(facts.slice(0, 2))
    log.catchUp(facts.slice(1, 4))
    expect(shown(log)).toEqual(['1', '2', '3', '4'])
    log.catchUp(facts.slice(4))
    log.catchUp(facts.slice(4))
    expect(shown(log)).toEqual(['1', '2', '3', '4', '5'])
  })

  it('keeps a colour beyond the end of a line, for its stream and attempt', () => {
    const log = new LogLines('build')
    log.catchUp([
      wrote('\u001b[31mred\nstill'),
      wrote('not', { stream: 'stderr' }),
      wrote('nor', { attempt: 2 }),
      wrote('yes'),
    ])
    expect(log.lines.map((line) => line.stretches[0]!.look.colour)).toEqual([
      'var(--ansi-1)',
      'var(--ansi-1)',
      undefined,
      undefined,
      'var(--ansi-1)',
    ])
  })

  it('is cut where a line is longer than anybody reads', () => {
    const log = new LogLines('build')
    log.catchUp([wrote('x'.repeat(1_000_000))])
    expect(shown(log)[0]!.length).toBeLessThan(5_000)
  })

  it('is searched, by attempt and up to an instant', () => {
    const log = new LogLines('build')
    log.catchUp([
      wrote('Alpha'),
      wrote('beta', { attempt: 2, afterSeq: 9 }),
      wrote('alphabet', { attempt: 2, afterSeq: 9 }),
    ])
    const found = (attempt: number | undefined, seq: number, search: string) =>
      linesWith(log.lines, { attempt, seq, text: search }).map((line) => line.text)
    expect(found(undefined, 99, ' ALPHA ')).toEqual(['Alpha', 'alphabet'])
    expect(found(2, 99, '')).toEqual(['beta', 'alphabet'])
    expect(found(undefined, 5, '')).toEqual(['Alpha'])
  })
})
