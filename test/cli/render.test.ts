import { Readable, Writable } from 'node:stream'
import { createRuntime, dag, DagmarError } from 'dagmar'
import { render } from 'dagmar/terminal'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { terminalKeyboard } from '../../src/cli/run/keyboard.ts'
import { captureWrites } from '../../src/cli/screen/captured-writes.ts'
import { FakeTerminal } from './fake-terminal.ts'

beforeEach(() => {
  vi.stubEnv('CI', undefined)
  vi.stubEnv('TERM', 'xterm')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

/** A stdout over a terminal that keeps what it is sent. */
function terminal({ isTTY = true } = {}) {
  const screen = new FakeTerminal({ columns: 80, rows: 24 })
  let text = ''
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk)
      if (isTTY) screen.write(String(chunk))
      done()
    },
  })
  const stdout = Object.assign(stream, { isTTY, columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream
  return { screen, stdout, text: () => text }
}

function keyboard() {
  const stream = new Readable({ read: () => undefined })
  const modes: boolean[] = []
  const stdin = Object.assign(stream, {
    isTTY: true,
    isRaw: false,
    setRawMode: (on: boolean) => {
      modes.push(on)
    },
  }) as unknown as NodeJS.ReadStream
  return { stdin, modes, type: (keys: string) => stream.push(keys) }
}

const shown = dag('shown')
  .task('build', async ({ log }) => log('built'))
  .task('pick', { needs: ['build'] }, async ({ ask }) => ask('Which one?'))

describe('a run of a program that is rendered', () => {
  it('is shown live, asks at the terminal, and leaves its summary', async () => {
    const { screen, stdout } = terminal()
    const { stdin, modes, type } = keyboard()
    const run = createRuntime().dispatch(shown)
    const { done } = render(run, { stdout, stdin, colors: false })
    await vi.waitFor(() => expect(screen.belowCursor.join('\n')).toContain('pick: Which one?'))
    expect(screen.linesAboveCursor.join('\n')).toContain('build completed')
    type('the red one\r')
    await done
    expect((await run.result).outputs.pick).toBe('the red one')
    expect(screen.allLines.at(-1)).toMatch(/^shown completed after .*: 2 completed$/)
    expect([screen.isCursorShown, screen.belowCursor, modes]).toEqual([true, [], [true, false]])
  })

  it('may have begun before, and be answered by the program', async () => {
    const { screen, stdout } = terminal()
    const run = createRuntime().dispatch(shown)
    await vi.waitFor(() => expect(run.view().tasks.get('pick')?.questions).toEqual(['Which one?']))
    const { done } = render(run, { stdout, stdin: false, colors: false })
    await vi.waitFor(() => expect(screen.belowCursor.join('\n')).toMatch(/asks for \d+s: Which one/))
    run.answer('pick', 'blue')
    await done
    expect((await run.result).outputs.pick).toBe('blue')
  })

  it('is shown as plain lines where there is no terminal', async () => {
    const { stdout, text } = terminal({ isTTY: false })
    const run = createRuntime().dispatch(dag('plain').task('build', async ({ log }) => log('built')))
    await render(run, { stdout, colors: false }).done
    expect(text()).toMatch(/build {2}started\n.* build \| built\n.* build {2}completed in .*\n/)
  })

  it('is no longer shown once it is closed, and goes on', async () => {
    const { screen, stdout } = terminal()
    const listened = () =>
      ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP', 'SIGTSTP', 'SIGCONT'].map((name) => process.listenerCount(name))
    const before = listened()
    const run = createRuntime().dispatch(shown)
    const rendered = render(run, { stdout, stdin: false, colors: false })
    await vi.waitFor(() => expect(screen.belowCursor.join('\n')).toMatch(/asks for \d+s: Which one/))
    rendered.close()
    rendered.close()
    await rendered.done
    expect([screen.isCursorShown, screen.belowCursor]).toEqual([true, []])
    expect(listened()).toEqual(before)
    run.answer('pick', 'green')
    expect((await run.result).status).toBe('completed')
    expect(screen.allLines.join('\n')).not.toContain('shown completed')
  })

  it('leaves alone a stdin that somebody else reads', async () => {
    const { stdout } = terminal()
    const { stdin, modes } = keyboard()
    stdin.on('data', () => undefined)
    const run = createRuntime().dispatch(dag('plain').task('build', async () => 1))
    await render(run, { stdout, stdin, colors: false }).done
    expect(modes).toEqual([])
  })

  it('is a run, and nothing else', () => {
    expect(() => render(shown as never)).toThrow(DagmarError)
  })
})

describe('keys of a run that a shell has put in the background', () => {
  it('are not heard, since that would stop it, until it comes to the foreground', () => {
    vi.useFakeTimers()
    const { stdin, modes } = keyboard()
    const heard: string[] = []
    let isInForeground = false
    const stop = terminalKeyboard(stdin, () => isInForeground).listen(true, (text) => heard.push(text))
    vi.advanceTimersByTime(5_000)
    expect([modes, stdin.listenerCount('data')]).toEqual([[], 0])
    isInForeground = true
    vi.advanceTimersByTime(1_000)
    stdin.emit('data', Buffer.from('o'))
    expect([modes, heard]).toEqual([[true], ['o']])
    stop()
    expect([modes, stdin.listenerCount('data'), vi.getTimerCount()]).toEqual([[true, false], 0, 0])
    vi.useRealTimers()
  })
})

describe('what others write to a stream that a view is painted on', () => {
  it('comes line by line, whatever it is written as, and goes to the stream again afterwards', () => {
    const { stdout, text } = terminal({ isTTY: false })
    const lines: string[] = []
    const release = captureWrites(stdout, (line) => lines.push(line))
    stdout.write('one\ntw')
    stdout.write(Buffer.from('o\n'))
    stdout.write('c3a4', 'hex')
    release()
    expect(lines).toEqual(['one', 'two', 'ä'])
    stdout.write('through')
    expect(text()).toBe('through')
  })
})
