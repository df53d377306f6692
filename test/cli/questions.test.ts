import { type AskedBy, DagmarError, plan, SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import type { Keyboard } from '../../src/cli/run/keyboard.ts'
import { questions } from '../../src/cli/run/questions.ts'
import type { DisplayKeys } from '../../src/cli/view/display.ts'
import { answersAhead } from '../../src/cli/run/answers-ahead.ts'
import { failure } from './shown-run.ts'

const { tasks } = plan({ name: 'p', tasks: { deploy: { run: () => 1 }, 'a=b': { run: () => 1 } } })

function asked({
  raw = true,
  nobody = false,
  stale = false,
  hasKeys = false,
  ahead = [] as readonly string[],
} = {}) {
  const log: unknown[] = []
  let prompt: string | undefined
  let type: ((text: string) => void) | undefined
  const keyboard: Keyboard = {
    listen: (_raw, onText) => {
      type = onText
      return () => {
        type = undefined
      }
    },
  }
  let isPanelOpen = false
  const clock = new SimulatedClock(1_000_000)
  const keys: DisplayKeys = {
    press: () => undefined,
    look: (taskId, at) => {
      isPanelOpen = true
      log.push([at, taskId])
    },
    closePanel: () => {
      const wasOpen = isPanelOpen
      isPanelOpen = false
      return wasOpen
    },
    isConfirming: false,
    leave: () => undefined,
  }
  const all = questions({
    run: {
      answer: (taskId, answer) => {
        if (stale) throw new DagmarError('ANSWER_STALE', { message: 'too late' })
        log.push([taskId, answer])
      },
      kill: async (taskId) => {
        log.push(['kill', taskId])
      },
    },
    display: {
      say: (sentence) => log.push(sentence),
      ask: (text) => {
        prompt = text
      },
      ...(hasKeys ? { keys } : {}),
    },
    keyboard: nobody ? undefined : keyboard,
    raw,
    clock,
    answersAhead: answersAhead({ answer: ahead }, { tasks }),
    onInterrupt: () => log.push('interrupt'),
    onKey: (key) => log.push(key),
  })
  const about = (taskId: string, of: AskedBy) => ({
    type: 'task.asked' as const,
    of,
    taskId,
    attempt: 1,
    question: 'Which one?',
    ...(of === 'failure' ? { failure: failure('exit code 1') } : {}),
    seq: 1,
    at: 0,
    runId: 'r',
  })
  return {
    log,
    ask: (taskId: string, of: AskedBy = 'failure') => all.see(about(taskId, of)),
    end: (taskId: string) =>
      all.see({ type: 'task.skipped', taskId, because: 'run-killed', seq: 2, at: 0, runId: 'r' }),
    expired: (taskId: string, place: number) =>
      all.see({
        type: 'task.answered',
        taskId,
        attempt: 1,
        answer: undefined,
        ...(place === 0 ? {} : { place }),
        expired: true,
        seq: 2,
        at: 0,
        runId: 'r',
      }),
    answered: (taskId: string) =>
      all.see({ type: 'task.answered', taskId, attempt: 1, answer: 0, seq: 2, at: 0, runId: 'r' }),
    close: () => all.close(),
    pick: (taskId: string) => all.pick(taskId),
    pause: () => all.pause(),
    resume: () => all.resume(),
    useLines: () => all.useLines(),
    /** Long enough for a person to see what is asked now. */
    wait: () => clock.advance(500),
    prompt: () => prompt,
    type: (text: string) => type?.(text),
    isListening: () => type !== undefined,
  }
}

describe('an answer that was given ahead', () => {
  it('answers the next question of its task, whether somebody is there or not', async () => {
    for (const nobody of [true, false]) {
      const it = asked({ nobody, ahead: ['deploy=retry', 'a=b=c=d', 'deploy=abort'] })
      it.ask('deploy')
      it.ask('a=b', 'handler')
      await Promise.resolve()
      expect(it.log).toEqual([
        'deploy is answered ahead: retry',
        ['deploy', 'retry'],
        'a=b is answered ahead: c=d',
        ['a=b', 'c=d'],
      ])
      it.answered('deploy')
      it.ask('deploy')
      await Promise.resolve()
      expect(it.log.at(-1)).toEqual(['deploy', 'abort'])
      expect(it.prompt()).toBeUndefined()
    }
  })

  it('stays for later where it does not fit, and the question is asked', async () => {
    const it = asked({ ahead: ['deploy=yes'] })
    it.ask('deploy')
    await Promise.resolve()
    expect(it.prompt()).toContain('deploy failed')
    it.type('r')
    it.ask('deploy', 'handler')
    await Promise.resolve()
    expect(it.log.at(-1)).toEqual(['deploy', 'yes'])
  })

  it('is refused for a task that is not there', () => {
    expect(() => answersAhead({ answer: ['depoly=yes'] }, { tasks })).toThrow("Did you mean 'deploy'?")
    expect(() => answersAhead({ answer: ['deploy'] }, { tasks })).toThrow('as in deploy=yes')
  })
})

describe('a task that asks whether it may start', () => {
  it('is answered by one key, and by no other than y and n', () => {
    const it = asked()
    it.ask('deploy', 'confirm')
    expect(it.prompt()).toBe('deploy: Which one? [y]es [n]o? ')
    it.type('rsaqN')
    expect(it.log).toEqual([['deploy', 'no']])
    expect(it.prompt()).toBeUndefined()
  })

  it('is answered by a line that says yes or no, where lines are typed', () => {
    const it = asked({ raw: false })
    it.ask('deploy', 'confirm')
    it.type('yellow\nnot yet\n')
    expect(it.log).toEqual([])
    it.type('Yes\n')
    expect(it.log).toEqual([['deploy', 'yes']])
  })

  it('is asked no more when its time is over, and what was asked beside it is', () => {
    const it = asked()
    it.ask('deploy', 'confirm')
    it.ask('region', 'handler')
    it.ask('region', 'handler')
    it.expired('deploy', 0)
    expect(it.prompt()).toBe('region: Which one? ')
    it.expired('region', 1)
    it.wait()
    it.type('eu\r')
    expect(it.log).toEqual([['region', 'eu']])
    expect(it.prompt()).toBeUndefined()
  })
})

describe('what was typed for a question that is gone', () => {
  it('is no part of the answer to the next one', () => {
    const it = asked()
    it.ask('region', 'handler')
    it.ask('deploy', 'handler')
    it.type('everyth')
    it.expired('region', 0)
    expect(it.prompt()).toBe('deploy: Which one? ')
    it.wait()
    it.type('ok\r')
    expect(it.log).toEqual([['deploy', 'ok']])
  })

  it.each(['confirm', 'failure', 'handler'] as const)('answers nothing else: %s', (of) => {
    const it = asked({ hasKeys: true })
    it.ask('region', 'handler')
    it.ask('deploy', of)
    it.type('eu-')
    it.expired('region', 0)
    // The rest of the word, and Enter, are on their way.
    it.type('yr')
    it.type('\r')
    expect(it.log).toEqual([])
    it.wait()
    it.type(of === 'confirm' ? 'y' : of === 'failure' ? 'r' : 'ok\r')
    expect(it.log).toEqual([['deploy', of === 'confirm' ? 'yes' : of === 'failure' ? 'retry' : 'ok']])
  })

  it('is no command where nothing is asked any more, and Ctrl-C is heard', () => {
    const it = asked({ hasKeys: true })
    it.ask('region', 'handler')
    it.type('e')
    it.answered('region')
    it.type('xq\u0003')
    expect(it.log).toEqual(['interrupt'])
    it.wait()
    it.type('q')
    expect(it.log).toEqual(['interrupt', 'q'])
  })

  it('keeps nobody waiting who has answered here', () => {
    const it = asked({ hasKeys: true })
    it.ask('a', 'confirm')
    it.ask('b', 'confirm')
    it.type('yn')
    it.answered('a')
    it.answered('b')
    it.type('w')
    expect(it.log).toEqual([['a', 'yes'], ['b', 'no'], 'w'])
  })
})

describe('a failed task that asks what now', () => {
  it('is answered by one key on a live view, and the next one is asked about', () => {
    const it = asked()
    it.ask('deploy')
    it.ask('notify')
    expect(it.prompt()).toBe('deploy failed: exit code 1 [r]etry [s]kip [i]gnore [a]bort? ')
    it.type('xq\u001b[AR')
    expect(it.log).toEqual([['deploy', 'retry']])
    expect(it.prompt()).toContain('notify failed')
    it.type('s')
    expect(it.log.at(-1)).toEqual(['notify', 'skip'])
    expect([it.prompt(), it.isListening()]).toEqual([undefined, false])
  })

  it('is answered by a line elsewhere, and asked about again when that is no answer', () => {
    const it = asked({ raw: false })
    it.ask('deploy')
    it.type('what?\n')
    expect(it.log).toEqual([])
    it.type('ignore\n')
    expect(it.log).toEqual([['deploy', 'ignore']])
  })

  it('is no longer asked about once it is settled, and an answer that comes too late is dropped', () => {
    const it = asked()
    it.ask('deploy')
    it.end('deploy')
    expect([it.prompt(), it.isListening()]).toEqual([undefined, false])
    const late = asked({ stale: true })
    late.ask('deploy')
    expect(() => late.type('r')).not.toThrow()
  })

  it('is answered skip where nobody is there', async () => {
    const it = asked({ nobody: true })
    it.ask('deploy')
    await Promise.resolve()
    expect(it.log).toEqual([
      'deploy asks what to do, and nobody is there to answer: skip',
      ['deploy', 'skip'],
    ])
  })

  it('is not answered for nobody where the next fact has settled it, as in a teardown', async () => {
    const it = asked({ nobody: true })
    it.ask('down')
    it.end('down')
    it.ask('pick', 'handler')
    it.end('pick')
    await Promise.resolve()
    expect([it.log, it.prompt()]).toEqual([[], undefined])
  })
})

describe('a handler that asks', () => {
  it('gets the line that is typed, which the prompt shows', () => {
    const it = asked()
    it.ask('pick', 'handler')
    it.type('red')
    expect(it.prompt()).toBe('pick: Which one? red')
    it.type('\u007f\u007fest\r')
    expect(it.log).toEqual([['pick', 'rest']])
  })

  it('is no longer asked about once somebody has answered elsewhere, and its next question is', () => {
    const it = asked()
    it.ask('pick', 'handler')
    it.ask('pick', 'handler')
    it.type('red\r')
    // Told of the answer from here, too.
    it.answered('pick')
    expect(it.prompt()).toBe('pick: Which one? ')
    it.answered('pick')
    expect([it.log, it.prompt()]).toEqual([[['pick', 'red']], undefined])
  })

  it('is killed where nobody is there', async () => {
    const it = asked({ nobody: true })
    it.ask('pick', 'handler')
    await Promise.resolve()
    expect(it.log).toEqual(['pick asks, and nobody is there to answer: it is killed', ['kill', 'pick']])
  })
})

describe('Ctrl-C while somebody is asked', () => {
  it('interrupts the run, and the end of the run takes the question away', () => {
    const it = asked()
    it.ask('deploy')
    it.type('\u0003')
    expect(it.log).toEqual(['interrupt'])
    it.close()
    expect([it.prompt(), it.isListening()]).toEqual([undefined, false])
  })
})

describe('keys on a live view', () => {
  it('are heard from the beginning, and are commands while nobody is asked', () => {
    const it = asked({ hasKeys: true })
    expect(it.isListening()).toBe(true)
    it.type('wx\u001b[A')
    expect(it.log).toEqual(['w', 'x', '<up>'])
  })

  it('are no commands while a question is typed, but for moving about', () => {
    const it = asked({ hasKeys: true })
    it.ask('pick', 'handler')
    it.type('quit\u001b[5~')
    expect(it.prompt()).toBe('pick: Which one? quit')
    it.type('\r')
    expect(it.log).toEqual(['<page-up>', ['pick', 'quit']])
  })

  it('show the output of the task that asks, or why, and leave the question open', () => {
    const it = asked({ hasKeys: true })
    it.ask('deploy')
    it.type('ow')
    it.end('deploy')
    it.wait()
    it.ask('pick', 'handler')
    it.type('\u000f\u0019no\r')
    expect(it.log).toEqual([
      ['output', 'deploy'],
      ['why', 'deploy'],
      ['output', 'pick'],
      ['why', 'pick'],
      ['pick', 'no'],
    ])
  })

  it('name the keys, leave the view and detach at a question that takes a single key', () => {
    for (const of of ['confirm', 'failure'] as const) {
      const it = asked({ hasKeys: true })
      it.ask('deploy', of)
      it.type('?qdxj')
      expect(it.log).toEqual(['?', 'q', 'd'])
      expect(it.prompt()).toContain('deploy')
    }
  })

  it('put a question off: Escape closes what is open, then the question, until it is picked', () => {
    const it = asked({ hasKeys: true })
    it.ask('deploy')
    it.ask('notify')
    it.type('o\u001b')
    expect(it.prompt()).toContain('deploy failed')
    it.type('\u001b')
    expect(it.prompt()).toBeUndefined()
    it.type('s')
    expect(it.log).toEqual([['output', 'deploy'], 's'])
    it.pick('notify')
    expect(it.prompt()).toContain('notify failed')
    it.type('s')
    expect(it.log.at(-1)).toEqual(['notify', 'skip'])
  })

  it('are given back while the process is suspended, and when the view is left', () => {
    const it = asked({ hasKeys: true })
    it.pause()
    expect(it.isListening()).toBe(false)
    it.resume()
    expect(it.isListening()).toBe(true)
    it.useLines()
    expect(it.isListening()).toBe(false)
    it.ask('deploy')
    it.type('retry\n')
    expect(it.log).toEqual([['deploy', 'retry']])
  })
})
