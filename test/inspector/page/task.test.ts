import { command, createRuntime, dag, type Fact, type RunHandle } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { NewRunFact } from '../../../src/events/facts.ts'
import { created, failure, numbered, output, taskOf } from '../../events/made-facts.ts'
import { noChromium, useBrowser } from '../browser.ts'
import { type ServedRun, useBuiltPage } from './built-page.ts'

const nasty = '</script><img src=x onerror=alert(1)>'

const release = dag('release')
  .task('fetch', () => ({
    files: ['a.ts', 'b.ts'],
    note: nasty,
    large: Array.from({ length: 500 }, (_, index) => index),
  }))
  .task(
    'build',
    { needs: ['fetch'], retry: { maxAttempts: 2, backoff: { base: 0 } } },
    ({ log, attempt }) => {
      log(`\u001b[31mcompiling ${nasty}\u001b[0m \u001b]0;title\u0007attempt ${attempt}`)
      for (let line = 1; line <= 300; line++) log(`line ${line}`)
      throw new Error(`it does not compile ${nasty}`, { cause: new TypeError('a is not a function') })
    },
  )
  .task('test', { needs: ['build'] }, () => 1)
  .task('pack', { needs: ['test'] }, () => 1)
  .task('lint', () => 'clean')

/** Everything that a run tells until `isOver`. */
async function recorded(
  source: Parameters<ReturnType<typeof createRuntime>['dispatch']>[0],
  isOver: (fact: Fact) => boolean,
) {
  const facts: Fact[] = []
  const run = createRuntime().dispatch(source) as RunHandle
  await new Promise<void>((resolve) => {
    run.events$.subscribe((fact) => {
      if (facts.some(isOver)) return
      facts.push(fact)
      if (isOver(fact)) resolve()
    })
  })
  if (run.view().settledAt === undefined) void run.kill()
  await run.result
  return facts
}

describe.skipIf(noChromium)('the panel of a task', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  let facts: readonly Fact[]
  beforeAll(async () => {
    facts = await recorded(release, ({ type }) => type === 'run.failed')
  })
  const opened = async (task: string, rest = ''): Promise<Page> => {
    const page = await browser.page()
    await page.goto(`${built.saved(facts)}#/timeline?task=${task}${rest}`)
    await page.waitForSelector('#task-title')
    return page
  }
  const panel = (page: Page) => page.locator('.side')

  it('shows a failure with its code, its message, what lay behind it and where it was', async () => {
    const page = await opened('build')
    expect(await page.textContent('.panel-line')).toMatch(/^failed · attempt 2 of 2 · ran .* · dead letter$/)
    const failed = panel(page).locator('.failure').first()
    expect(await failed.textContent()).toContain('HANDLER_THREW')
    expect(await failed.locator('p.said').textContent()).toBe(`it does not compile ${nasty}`)
    expect(await failed.locator('.failure-causes').textContent()).toBe(
      'because of TypeError a is not a function',
    )
    expect(await failed.locator('pre').isVisible()).toBe(false)
    await failed.locator('summary').click()
    expect(await failed.locator('pre').textContent()).toContain('task.test.ts')
  })

  it('lists its attempts, and opens the failure of an earlier one', async () => {
    const page = await opened('build')
    const rows = panel(page).locator('.attempts tbody tr')
    expect(await rows.count()).toBe(2)
    expect(await rows.nth(0).textContent()).toMatch(/^1failed HANDLER_THREW/)
    await rows.nth(0).locator('button').click()
    expect(await panel(page).locator('.attempt-failure').textContent()).toContain('it does not compile')
  })

  it('shows what it wrote, in its colours, with every other escape cut and only what is to be seen drawn', async () => {
    const page = await opened('build')
    const log = panel(page).locator('.log')
    expect(await panel(page).locator('h3:has-text("Log")').textContent()).toBe('Log 602')
    expect(await log.locator('.log-line').last().textContent()).toBe('line 300')
    expect(await log.locator('.log-line').count()).toBeLessThan(80)
    await log.evaluate((pane) => pane.scrollTo(0, 0))
    const first = log.locator('.log-line').first()
    await page.waitForFunction(() =>
      document.querySelector('.log-line')?.textContent?.startsWith('compiling'),
    )
    expect(await first.textContent()).toBe(`compiling ${nasty} attempt 1`)
    const colours = await first
      .locator('span')
      .evaluateAll((spans) => spans.map((span) => getComputedStyle(span).color))
    expect(colours[0]).not.toBe(colours[1])
  })

  it('searches the log, and shows that of one attempt', async () => {
    const page = await opened('build')
    await page.fill('.log-tools input', 'line 29')
    await page.waitForSelector('h3:text("Log 22")')
    await page.selectOption('.log-tools select', '2')
    expect(await page.waitForSelector('h3:text("Log 11")')).toBeTruthy()
  })

  it('leads from a skipped task to the one that is to blame', async () => {
    const page = await opened('pack')
    expect(await panel(page).locator('.question').textContent()).toContain('Skipped because')
    await panel(page).locator('.question .task-link', { hasText: 'build' }).click()
    await page.waitForSelector('#task-title:has-text("build")')
    expect(page.url()).toContain('task=build')
  })

  it('tells its story, and each sentence of it leads to its instant', async () => {
    const page = await opened('build')
    const story = panel(page).locator('.story li')
    expect(await story.first().textContent()).toContain('ready')
    expect(await story.last().textContent()).toContain('is a dead letter')
    await story.filter({ hasText: 'started' }).first().locator('button').click()
    await page.waitForFunction(() => location.hash.includes('at='))
    expect(await page.textContent('.panel-line')).toContain('running · attempt 1 of 2')
    expect(await story.last().textContent()).toContain('started')
    expect(await panel(page).locator('.failure').count()).toBe(0)
    expect(await panel(page).locator('.why').textContent()).toContain('build is running')
  })

  it('says which attempt has failed while another one is to come', async () => {
    const page = await opened('build')
    await panel(page).locator('.story button', { hasText: 'retrying' }).click()
    await page.waitForFunction(() => location.hash.includes('at='))
    expect(await panel(page).locator('.failure-head').textContent()).toBe('Attempt 1: HANDLER_THREW')
  })

  it('shows inputs and output as trees, large ones closed, and as JSON', async () => {
    const page = await opened('build')
    const input = panel(page).locator('.input button.mono')
    expect(await input.textContent()).toContain('{files: […2]')
    await input.click()
    await page.waitForSelector('.json summary')
    await page.goto('about:blank')
    await page.goto(`${built.saved(facts)}#/timeline?task=fetch`)
    const json = panel(page).locator('.json')
    const large = json.locator('summary', { hasText: 'large' })
    await json.locator('summary').first().click()
    await page.waitForSelector('.json-name:text("files")')
    expect(await json.textContent()).toContain('files: 2 items')
    expect(await json.textContent()).toContain(JSON.stringify(nasty))
    expect(await large.textContent()).toBe(
      'large: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, …]',
    )
    await large.click()
    await json.locator('button', { hasText: '400 more' }).click()
    await page.waitForSelector('.json-name:text("499")')
    await json.locator('button', { hasText: 'Raw' }).click()
    expect(JSON.parse((await json.locator('pre').textContent())!)).toMatchObject({ note: nasty })
  })

  it('links to what it needs and what needs it, with their states', async () => {
    const page = await opened('test')
    expect(
      await panel(page)
        .locator('.task-link')
        .evaluateAll((links) => links.map((link) => link.getAttribute('title'))),
    ).toEqual(expect.arrayContaining(['build: failed', 'pack: skipped']))
  })

  it('says so where a task is not of this run', async () => {
    const page = await opened('nowhere')
    expect(await panel(page).textContent()).toContain('This run has no such task.')
    await page.keyboard.press('Escape')
    expect(await page.waitForSelector('.panel-head h2:has-text("release")')).toBeTruthy()
  })

  it('has no buttons for a run that is over', async () => {
    const page = await opened('build')
    expect(await panel(page).locator('.deeds').count()).toBe(0)
  })
})

describe.skipIf(noChromium)('odd names', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  const turned = 'a\u202eb'

  it('change neither the page nor the words around them', async () => {
    const structure = ['__proto__', 'constructor', turned].map((id) =>
      taskOf(id, id === turned ? ['__proto__'] : []),
    )
    const failed = { ...failure, code: 'constructor', message: '\u001b[31mno\u001b[0m\u001b]0;title\u0007' }
    const ending = {
      attempt: 0,
      ignored: false,
      deadLettered: false,
      abandoned: false,
      failure: failed,
    } as const
    const facts = numbered([
      { ...created, structure } as NewRunFact,
      { type: 'run.started' },
      { type: 'task.ready', taskId: '__proto__' },
      { type: 'task.failed', taskId: 'constructor', ...ending },
    ])
    const page = await browser.page()
    await page.goto(`${built.saved(facts)}#/timeline?task=constructor`)
    await page.waitForSelector('.failure')
    expect(await page.locator('.failure p').allTextContents()).toEqual(['constructor', 'no'])
    await page.click('#timeline-rows [role=row]:has-text("__proto__")')
    await page.waitForSelector('.panel-line:has-text("ready")')
    await page.click('.side .task-link')
    await page.waitForSelector('.why')
    expect(await page.textContent('.why .said')).toBe(
      'ab is pending and waits for __proto__ (rule all-completed).',
    )
  })
})

describe.skipIf(noChromium)('the panel of a run', () => {
  const browser = useBrowser()
  const built = useBuiltPage()

  it('names what failed by itself, with what followed from it', async () => {
    const facts = await recorded(release, ({ type }) => type === 'run.failed')
    const page = await browser.page()
    await page.goto(`${built.saved(facts)}#/timeline`)
    await page.waitForSelector('.cause')
    expect(await page.textContent('.panel-line')).toMatch(/^failed · .* · 5 tasks$/)
    expect(await page.locator('.cause').count()).toBe(1)
    expect(await page.textContent('.cause')).toContain('2 tasks skipped because of it')
    await page.click('.cause .task-link')
    expect(await page.waitForSelector('#task-title:has-text("build")')).toBeTruthy()
  })
})

const asking = dag('asking')
  .task('approve', ({ ask }) => ask('Publish it?'))
  .task('publish', { needs: ['approve'] }, () => 1)

describe.skipIf(noChromium)('the buttons of a live run', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  const served = async (control: boolean): Promise<readonly [Page, ServedRun]> => {
    const facts = await recorded(asking, ({ type }) => type === 'task.asked')
    const run = await built.serve(facts, { control })
    const page = await browser.page()
    await page.goto(run.url)
    await page.waitForSelector('.task-link:has-text("approve")')
    return [page, run]
  }
  const commands = ({ heard }: ServedRun) => heard.filter(({ type }) => type === 'command')
  const sent = async (run: ServedRun) => {
    await expect.poll(() => commands(run).length).toBe(1)
    const { id: _id, log: _log, type: _type, ...given } = commands(run)[0] as Record<string, unknown>
    return given
  }

  it('are not there without control, but its question is', async () => {
    const [page] = await served(false)
    expect(await page.textContent('.question')).toContain('Publish it?')
    expect(await page.locator('.deeds').count()).toBe(0)
  })

  it('answer a question, once that is confirmed', async () => {
    const [page, run] = await served(true)
    await page.click('.task-link:has-text("approve")')
    await page.waitForSelector('#task-title:has-text("approve")')
    await page.fill('.answer textarea', 'yes, please')
    await page.keyboard.press('Enter')
    await page.waitForSelector('dialog[open]')
    expect(await page.textContent('dialog')).toContain('The answer is "yes, please".')
    expect(commands(run)).toEqual([])
    await page.click('dialog button.strong')
    expect(await sent(run)).toEqual({ command: 'answer', taskId: 'approve', answer: 'yes, please' })
  })

  it('answer with JSON, if it is JSON', async () => {
    const [page, run] = await served(true)
    await page.check('.answer input[type=checkbox]')
    await page.fill('.answer textarea', '{"ok": ')
    expect(await page.locator('.answer button').isDisabled()).toBe(true)
    await page.fill('.answer textarea', '{"ok": true}')
    await page.click('.answer button')
    await page.click('dialog button.strong')
    expect(await sent(run)).toEqual({ command: 'answer', taskId: 'approve', answer: { ok: true } })
  })

  it('kill a task, and nothing where somebody thinks better of it', async () => {
    const [page, run] = await served(true)
    await page.click('.task-link:has-text("approve")')
    await page.waitForSelector('#task-title')
    await page.click('.deeds button:text("Kill")')
    await page.click('dialog button:text("Cancel")')
    await page.click('.deeds button:text("Kill")')
    await page.click('dialog button.strong')
    expect(await sent(run)).toEqual({ command: 'kill', taskId: 'approve' })
  })

  it.each([
    ['Pause', { command: 'pause' }],
    ['Drain', { command: 'drain' }],
    ['Kill', { command: 'kill' }],
  ])('%s the run', async (name, expected) => {
    const [page, run] = await served(true)
    await page.click(`.deeds button:text("${name}")`)
    await page.click('dialog button.strong')
    expect(await sent(run)).toEqual(expected)
  })

  it('say what was refused', async () => {
    const [page, run] = await served(true)
    run.answer = ({ id }) => ({ type: 'refused', id, code: 'NOT_NOW', message: 'It cannot be paused now.' })
    await page.click('.deeds button:text("Pause")')
    await page.click('dialog button.strong')
    expect(await page.waitForSelector('.refusal:text("Refused: It cannot be paused now.")')).toBeTruthy()
  })

  it('redrive a task of a run that has failed', async () => {
    const facts = await recorded(release, ({ type }) => type === 'run.failed')
    const run = await built.serve(facts, { control: true })
    const page = await browser.page()
    await page.goto(run.url)
    await page.click('.cause .task-link')
    await page.click('.deeds button:text("Redrive")')
    await page.click('dialog button.strong')
    expect(await sent(run)).toEqual({ command: 'redrive', taskId: 'build' })
  })

  it('are gone while an earlier instant is looked at', async () => {
    const [page] = await served(true)
    await page.keyboard.press('Home')
    await page.waitForFunction(() => location.hash.includes('at=1'))
    expect(await page.locator('.deeds').count()).toBe(0)
  })
})

describe.skipIf(noChromium)('why a live task waits', () => {
  const browser = useBrowser()
  const built = useBuiltPage()

  it('is asked of its run, which knows more than its facts', async () => {
    const facts = await recorded(asking, ({ type }) => type === 'task.asked')
    const run = await built.serve(facts)
    run.answer = (message) => ({
      type: 'answer',
      id: message.id,
      explanation: {
        taskId: 'publish',
        status: 'pending',
        sentence: 'publish waits, as the live run knows.',
        waitsFor: [{ kind: 'dependencies', rule: 'all-completed', taskIds: ['approve'] }],
      },
    })
    const page = await browser.page()
    await page.goto(run.url)
    await page.waitForSelector('.task-link:has-text("approve")')
    await page.click('#tab-timeline')
    await page.click('#timeline-rows [role=row]:has-text("publish")')
    await page.waitForSelector('.why:has-text("as the live run knows")')
    expect(await page.textContent('.why .task-link')).toContain('approve')
  })

  it('is told from its facts where the run does not answer', async () => {
    const facts = await recorded(asking, ({ type }) => type === 'task.asked')
    const run = await built.serve(facts)
    run.answer = ({ id }) => ({ type: 'refused', id, code: 'RUN_UNKNOWN', message: 'no' })
    const page = await browser.page()
    await page.goto(run.url)
    await page.click('#tab-timeline')
    await page.click('#timeline-rows [role=row]:has-text("publish")')
    expect(
      await page.waitForSelector('.why:has-text("publish is pending and waits for approve")'),
    ).toBeTruthy()
  })
})

describe.skipIf(noChromium)('the output of a command', () => {
  const browser = useBrowser()
  const built = useBuiltPage()

  it('comes as it is written, and stays at its end unless somebody reads above', async () => {
    const facts = await recorded(
      dag('talk').task('say', command('echo one; sleep 0.2; echo two >&2; sleep 30')),
      (fact) => fact.type === 'task.output' && fact.text.includes('two'),
    )
    const run = await built.serve(facts)
    const page = await browser.page()
    await page.goto(run.url)
    await page.click('.task-link:has-text("say")')
    await page.waitForSelector('.log-line.is-stderr:has-text("two")')
    const more = (text: string): void => {
      const { afterSeq, at, runId } = facts.at(-1) as Extract<Fact, { type: 'task.output' }>
      run.tell({
        type: 'task.output',
        taskId: 'say',
        attempt: 1,
        stream: 'stdout',
        text,
        afterSeq,
        at,
        runId,
      })
    }
    for (let line = 1; line <= 100; line++) more(`more ${line}`)
    await page.waitForSelector('.log-line:has-text("more 100")')
    await page.locator('.log').evaluate((pane) => pane.scrollTo(0, 0))
    await page.waitForSelector('.log-line:has-text("one")')
    more('the last')
    await page.waitForSelector('h3:text("Log 103")')
    expect(await page.locator('.log').evaluate((pane) => pane.scrollTop)).toBe(0)
  })

  it('says that its beginning may be missing, where the page was told more than it keeps', async () => {
    const begun: readonly NewRunFact[] = [
      created,
      { type: 'run.started' },
      { type: 'task.ready', taskId: 'build' },
      { type: 'task.dispatched', taskId: 'build', attempt: 1, executor: 'inline' },
      { type: 'task.starting', taskId: 'build', attempt: 1 },
      { type: 'task.started', taskId: 'build', attempt: 1 },
    ]
    const facts: Fact[] = numbered(begun)
    for (const isMissing of [false, true]) {
      const lines = Array.from({ length: isMissing ? 25_001 : 25_000 }, () => output(6, 'line'))
      const page = await browser.page()
      await page.goto(`${built.saved([...facts, ...lines])}#/dag?task=build`)
      await page.waitForSelector('.log-line')
      expect(await page.isVisible('text="Older lines may be missing."')).toBe(isMissing)
    }
  })
})

describe.skipIf(noChromium)('the buttons on a real run', () => {
  const browser = useBrowser()
  useBuiltPage()

  it('take an answer for the question that they name, and none of it for the next one', async () => {
    const talk = dag('talk').task('ask', async ({ ask }) => [
      await ask('Which colour?'),
      await ask('How much?'),
    ])
    const run = createRuntime().dispatch(talk)
    const inspector = await inspect(run, { control: true })
    try {
      const page = await browser.page()
      await page.goto(inspector.url)
      await page.fill('.answer textarea', 'blue')
      await page.click('.answer button')
      expect(await page.textContent('dialog h2')).toBe('ask: Which colour?')
      await page.click('dialog button.strong')
      await page.waitForSelector('.question :text("How much?")')
      expect(await page.inputValue('.answer textarea')).toBe('')
    } finally {
      await inspector.close()
    }
  })

  it('answer, kill and redrive, and what comes of it is shown', async () => {
    let isFixed = false
    const mend = dag('mend')
      .task('ask', ({ ask, log }) => {
        log('\u001b[32mwaiting for somebody\u001b[0m')
        return ask('Go on?')
      })
      .task('hang', ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)))
      .task('build', { needs: ['ask'] }, () => {
        if (!isFixed) throw new Error('not yet')
        return 'built'
      })
    const run = createRuntime().dispatch(mend)
    const inspector = await inspect(run, { control: true })
    try {
      const page = await browser.page()
      const yes = () => page.click('dialog button.strong')
      await page.goto(inspector.url)
      await page.fill('.answer textarea', 'yes')
      await page.click('.answer button')
      await yes()
      await page.waitForSelector('.cause .task-link:has-text("build")')
      await page.click('.task-link:has-text("hang")')
      await page.click('.deeds button:text("Kill")')
      await yes()
      await page.waitForSelector('.panel-line:has-text("killed")')
      isFixed = true
      await page.keyboard.press('Escape')
      await page.click('.cause .task-link:has-text("build")')
      await page.click('.deeds button:text("Redrive")')
      await yes()
      await page.waitForSelector('.panel-line:has-text("completed · attempt 2")')
      expect(run.view().tasks.get('build')!.outcome).toEqual({ status: 'completed', output: 'built' })
      expect(run.view().tasks.get('ask')!.outcome).toEqual({ status: 'completed', output: 'yes' })
      await page.keyboard.press('Escape')
      await page.click('#tab-timeline')
      await page.click('#timeline-rows [role=row]:has-text("ask")')
      expect(await page.textContent('.log-line')).toBe('waiting for somebody')
      expect(await page.locator('.deeds button').count()).toBe(0)
    } finally {
      await inspector.close()
    }
  })
})
