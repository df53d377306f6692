import { createRuntime, type Fact, plan } from 'dagmar'
import { agents } from 'dagmar/agents'
import { BehaviorSubject, NEVER, Observable } from 'rxjs'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import type { AgentFact, NewAgentFact } from '../../../src/events/agent-facts.ts'
import type { NewRunFact, RunFact } from '../../../src/events/facts.ts'
import { inspect, inspectElsewhere } from '../../../src/inspector/inspect.ts'
import type { Entry } from '../../../src/inspector/protocol.ts'
import type { Desk } from '../../../src/runtime/agents/desk.ts'
import { type AgentsTold, watchAgents } from '../../../src/runtime/agents/watch-agents.ts'
import { created, failure, taskOf } from '../../events/made-facts.ts'
import { noChromium, useBrowser } from '../browser.ts'
import { until } from '../until.ts'
import { type ServedRun, useBuiltPage } from './built-page.ts'

const nasty = '<b>ada</b>'
const start = 1_700_000_000_000
const structure = [taskOf('draft', []), taskOf('check', ['draft']), taskOf('print', []), taskOf('bind', [])]

const dispatched = (taskId: string, agentId: string, attempt = 1): readonly NewRunFact[] => [
  { type: 'task.dispatched', taskId, attempt, executor: 'inline', agentId },
  { type: 'task.starting', taskId, attempt },
  { type: 'task.started', taskId, attempt },
]

/**
 * A run of 1 s. bob fails `draft`, and the agent with the odd name completes it; then it has `check` and `print` at once.
 * Nobody can have `bind`.
 */
const told: readonly (readonly [at: number, facts: readonly NewRunFact[]])[] = [
  [
    0,
    [
      { ...created, structure } as NewRunFact,
      { type: 'run.started' },
      { type: 'task.ready', taskId: 'draft' },
    ],
  ],
  [100, dispatched('draft', 'bob')],
  [300, [{ type: 'task.retrying', taskId: 'draft', attempt: 1, failure, until: start + 300 }]],
  [300, dispatched('draft', nasty, 2)],
  [600, [{ type: 'task.completed', taskId: 'draft', attempt: 2, output: 1 }]],
  [600, [{ type: 'task.ready', taskId: 'check' }, ...dispatched('check', nasty)]],
  [700, [{ type: 'task.ready', taskId: 'print' }, ...dispatched('print', nasty)]],
  [
    800,
    [
      { type: 'task.ready', taskId: 'bind' },
      {
        type: 'dispatch.no-agent',
        taskId: 'bind',
        considered: [
          { agentId: nasty, why: 'full' },
          { agentId: 'bob', why: 'offline' },
        ],
        failure: { ...failure, code: 'NO_AGENT', message: 'Nobody can do it.' },
      },
    ],
  ],
  [1_000, [{ type: 'task.completed', taskId: 'print', attempt: 1, output: 1 }]],
]
const facts = told
  .flatMap(([at, list]) => list.map((fact) => ({ ...fact, at: start + at, runId: 'run' })))
  .map((fact, place) => ({ ...fact, seq: place + 1 }) as RunFact)

const jobOf = (taskId: string, attempt = 1, runId = 'run') => ({ runId, taskId, attempt })
const used = (agentId: string, of: string, job: object, rest: object = {}): NewAgentFact =>
  ({ type: 'usage.recorded', agentId, of, ...job, ...rest }) as NewAgentFact

/** What is told of the agents meanwhile. */
const toldOfAgents: readonly (readonly [at: number, fact: NewAgentFact])[] = [
  [
    -500,
    {
      type: 'agent.registered',
      agentId: nasty,
      capabilities: ['write'],
      maxLoad: 2,
      allowance: { dailyJobs: 3 },
    },
  ],
  [-500, { type: 'agent.registered', agentId: 'bob', capabilities: [], maxLoad: 1, ttlMs: 200 }],
  [100, used('bob', 'started', jobOf('draft'))],
  [100, { type: 'agent.busy', agentId: 'bob', load: 1 }],
  [200, used('bob', 'reported', jobOf('draft'), { tokens: 1_300, model: 'small', costUsd: 1.5 })],
  [300, used('bob', 'failed', jobOf('draft'), { returned: 650 })],
  [300, { type: 'agent.available', agentId: 'bob', load: 0 }],
  [300, used(nasty, 'started', jobOf('draft', 2))],
  [500, { type: 'agent.offline', agentId: 'bob', silentMs: 201 }],
  [600, used(nasty, 'completed', jobOf('draft', 2))],
  [600, used(nasty, 'started', jobOf('check'))],
  [700, used(nasty, 'started', jobOf('print'))],
  [700, { type: 'quota.exceeded', agentId: nasty, limit: 'dailyJobs', used: 3, most: 3 }],
  [700, { type: 'agent.busy', agentId: nasty, load: 2 }],
  [750, used('bob', 'started', jobOf('elsewhere', 1, 'other'))],
  [1_000, used(nasty, 'completed', jobOf('print'))],
  [1_000, { type: 'agent.available', agentId: nasty, load: 1 }],
]
const entries = toldOfAgents.map(
  ([at, fact], place): Entry => ({
    kind: 'agent-fact',
    fact: { seq: place + 1, at: start + at, ...fact } as AgentFact,
  }),
)

const closing: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close()
})

/** The rows of the table, cell by cell. */
function rowsOf(page: Page): Promise<readonly (readonly string[])[]> {
  return page.$$eval('.agent-table tbody tr[data-agent]', (rows) =>
    rows.map((row) =>
      Array.from(row.querySelectorAll('td'), (cell) => cell.innerText.replace(/\s+/g, ' ').trim()),
    ),
  )
}

/** Where an instant and a lane lie on the screen; the run fills the chart, with 1 % before it and 3 % behind it. */
async function placeOf(page: Page, ms: number, lane: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator('.timeline-body canvas').boundingBox())!
  return { x: box.x + ((ms + 10) / 1_040) * box.width, y: box.y + lane * 24 + 12 }
}

async function colourAt(page: Page, ms: number, lane: number): Promise<readonly number[]> {
  const { x, y } = await placeOf(page, ms, lane)
  return page.$eval(
    '.timeline-body canvas',
    (canvas, [left, top]) => {
      const drawn = canvas as HTMLCanvasElement
      const { x: from, y: above } = drawn.getBoundingClientRect()
      return Array.from(drawn.getContext('2d')!.getImageData(left! - from, top! - above, 1, 1).data)
    },
    [x, y + 4],
  )
}

async function settled(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

async function isColour(page: Page, ms: number, lane: number, state: string): Promise<boolean> {
  const colour = await page.evaluate((name) => {
    const probe = document.createElement('i')
    probe.style.color = `var(--state-${name})`
    document.body.append(probe)
    const found = getComputedStyle(probe).color
    probe.remove()
    return found
  }, state)
  const [red, green, blue] = await colourAt(page, ms, lane)
  return colour === `rgb(${red}, ${green}, ${blue})`
}

describe.skipIf(noChromium)('the view of agents', () => {
  const browser = useBrowser()
  const built = useBuiltPage()
  let served: ServedRun

  const opened = async (hash = '#/agents', options = {}): Promise<Page> => {
    served = await built.serve(facts, { agents: entries })
    const page = await browser.page(options)
    await page.goto(served.url)
    await page.waitForSelector('#tab-agents')
    // At the end of the run, so that nothing grows.
    await page.evaluate(
      (to) => {
        location.hash = to
      },
      `${hash}${hash.includes('?') ? '&' : '?'}at=${facts.length}`,
    )
    await page.waitForSelector('.agents')
    await settled(page)
    return page
  }

  it('says how each agent stands, what it has used, and what it does', async () => {
    const page = await opened()
    expect(await rowsOf(page)).toEqual([
      [nasty, 'available', '1 / 2', '0', '3 / 3', '', '', '1.5 s', '3', expect.stringContaining('check')],
      ['bob', 'offline', '1 / 1', '650', '2', '$1.50', 'small', '1.5 s', '1', 'elsewhere in another run'],
    ])
  })

  it('follows the instant that is looked at', async () => {
    const page = await opened()
    const seq = facts.findIndex(({ type }) => type === 'task.started') + 1
    await page.evaluate((at) => {
      location.hash = `#/agents?at=${at}`
    }, seq)
    await page.waitForFunction(
      () => document.querySelector('[data-agent="bob"]')?.getAttribute('data-status') === 'busy',
    )
    expect(await rowsOf(page)).toEqual([
      [nasty, 'available', '0 / 2', '0', '0 / 3', '', '', '600 ms', '', ''],
      ['bob', 'busy', '1 / 1', '0', '1', '', '', '600 ms', '1', expect.stringContaining('draft')],
    ])
  })

  it('draws a lane for each attempt that an agent had at once, in the colour of its end, and marks what else was told', async () => {
    const page = await opened()
    expect(await page.$$eval('#timeline-rows bdi', (names) => names.map((name) => name.textContent))).toEqual(
      [nasty, 'bob'],
    )
    expect(await isColour(page, 450, 0, 'completed')).toBe(true)
    expect(await isColour(page, 900, 0, 'running')).toBe(true)
    expect(await isColour(page, 850, 1, 'completed')).toBe(true)
    expect(await isColour(page, 200, 2, 'failed')).toBe(true)
    // The attempt of another run lies below, and bob was offline above it.
    expect(await isColour(page, 900, 3, 'running')).toBe(false)
    expect((await colourAt(page, 900, 3))[3]).toBeGreaterThan(0)
    expect(await colourAt(page, 900, 2)).not.toEqual(await colourAt(page, 400, 2))
    const { x, y } = await placeOf(page, 700, 0)
    await page.mouse.move(x + 2, y)
    await page.waitForSelector('.tip:has-text("3 of 3 attempts today: nothing is left")')
  })

  it('leads from a bar to its task, and from a task to the agents that had it', async () => {
    const page = await opened()
    const { x, y } = await placeOf(page, 450, 0)
    await page.mouse.click(x, y)
    await page.waitForSelector('#task-title:has-text("draft")')
    expect(
      await page.$$eval('.attempts tbody tr', (rows) =>
        rows.map((row) =>
          [...row.querySelectorAll('td')].slice(0, 3).map((cell) => cell.textContent?.trim()),
        ),
      ),
    ).toEqual([
      ['1', 'bob', 'failed HANDLER_THREW'],
      ['2', nasty, 'completed'],
    ])
    await page.click('.attempts button[title="agent bob"]')
    await page.waitForSelector('#task-title:has-text("bob")')
    expect(page.url()).toContain('agent=bob')
    const elsewhere = await placeOf(page, 900, 3)
    await page.mouse.click(elsewhere.x, elsewhere.y)
    await until(() => served.heard.some((one) => one.type === 'follow' && one.log === 'other'))
  })

  it('leads from what an agent does now to the task, and leaves that open', async () => {
    const page = await opened()
    await page.click(`[data-agent="${nasty}"] .task-link`)
    await page.waitForSelector('#task-title:has-text("check")')
    await settled(page)
    expect(await page.textContent('#task-title')).toBe('check')
    // Beside the link it is the row of the agent.
    await page.click('[data-agent="bob"] td:last-child', { position: { x: 2, y: 2 } })
    await page.waitForSelector('#task-title:has-text("bob")')
  })

  it('shows of an agent its limits, its statechart and what happened to it', async () => {
    const page = await opened('#/agents?agent=bob')
    const panel = (await page.innerText('.side')).replaceAll(/\s+/g, ' ')
    expect(panel).toContain('offline · load 1 / 1 · 1 attempt in this run')
    expect(panel).toContain('of small 650')
    expect(panel).toContain('silent at most 200 ms')
    expect(panel).toContain('uses 1,300 tokens of small, $1.50 for draft')
    expect(panel).toContain('draft: failed, 650 tokens returned')
    expect(panel).toContain('offline: silent for 201 ms')
    expect(await page.locator('.side [data-state="agent.offline"][data-active]').count()).toBe(1)
  })

  it('says of a task that no agent could have who was considered, and why each was refused', async () => {
    const page = await opened('#/agents?task=bind')
    expect((await page.innerText('.why')).replaceAll(/\s+/g, ' ')).toContain(
      `${nasty} is full. bob is offline.`,
    )
  })

  it('goes from agent to agent by keys, and leaves the one that is open', async () => {
    const page = await opened()
    await page.focus('.agent-table table')
    await page.keyboard.press('ArrowDown')
    await page.waitForSelector(`[data-agent="${nasty}"][aria-selected="true"]`)
    await page.keyboard.press('End')
    await page.waitForSelector('[data-agent="bob"][aria-selected="true"]')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('task-title')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.agent-table:not(:has([aria-selected="true"]))')
    await page.keyboard.press('1')
    await page.waitForSelector('#tab-dag[aria-selected="true"]')
    await page.keyboard.press('6')
    await page.waitForSelector('#tab-agents[aria-selected="true"]')
  })

  it('narrows its agents down by the search', async () => {
    const page = await opened()
    await page.fill('#search', 'BO')
    await page.waitForFunction(() => document.querySelectorAll('.agent-table [data-agent]').length === 1)
    await page.fill('#search', 'nobody')
    await page.waitForSelector('.empty:has-text("No agent fits the search.")')
    expect(await page.$('.agents')).toBeNull()
  })

  it('shows of a saved run what its facts say of agents, without what only the program knew', async () => {
    const page = await browser.page()
    await page.goto(`${built.saved(facts)}#/agents`)
    await page.waitForSelector('.agent-table')
    expect(await rowsOf(page)).toEqual([
      [nasty, '3', expect.stringContaining('check')],
      ['bob', '1', ''],
    ])
    await settled(page)
    expect(await isColour(page, 200, 2, 'failed')).toBe(true)
  })

  it('is not there for a run without agents, and says so to who asks for it', async () => {
    const alone = facts.slice(0, 3)
    const page = await browser.page()
    await page.goto(built.saved(alone))
    await page.waitForSelector('#tab-facts')
    expect(await page.$('#tab-agents')).toBeNull()
    await page.keyboard.press('6')
    await page.evaluate(() => {
      location.hash = '#/agents'
    })
    await page.waitForSelector('.empty:has-text("No agent has had a task of this run.")')
  })

  it.each([400, 1_280])('fits a window of %d pixels', async (width) => {
    const page = await opened('#/agents?agent=bob', { viewport: { width, height: 720 }, colorScheme: 'dark' })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    expect(await page.isVisible('#task-title')).toBe(true)
    expect((await page.locator('.timeline-body canvas').boundingBox())!.width).toBeGreaterThan(width / 3)
  })

  it('saves with the run what was told of its agents', async () => {
    const page = await opened()
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('button:text("Save")')])
    const saved = await browser.page()
    const file = `${await download.path()}.html`
    await download.saveAs(file)
    await saved.goto(`file://${file}#/agents?at=${facts.length}`)
    await saved.waitForSelector('.agent-table')
    expect(await rowsOf(saved)).toEqual(await rowsOf(page))
  })
})

describe.skipIf(noChromium)('agents at work', () => {
  const browser = useBrowser()
  useBuiltPage()

  it('are shown live, with what their actors take as it comes', async () => {
    const team = agents({ list: [{ id: 'ada', capabilities: ['write'] }] })
    const runtime = createRuntime({ agents: team })
    let letGo = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const run = runtime.dispatch(
      plan({
        name: 'book',
        tasks: {
          draft: { requires: ['write'], run: () => gate },
          hold: {
            run: ({ signal }) =>
              new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
          },
        },
      }),
    )
    const inspector = await inspect(runtime)
    closing.push(inspector)
    const page = await browser.page()
    await page.goto(inspector.url)
    await page.click('#tab-agents')
    await page.click('[data-agent="ada"][data-status="busy"]')
    await page.waitForSelector('.side .chart-pane')
    team.heartbeat('ada')
    await page.waitForSelector('.side:has-text("By agent.heartbeat, as the actor is.")')
    letGo()
    await page.waitForSelector('[data-agent="ada"][data-status="available"]')
    await page.waitForSelector('.side:has-text("By agent.give, as the actor is.")')
    expect(await page.getAttribute('.side [data-state="agent.available"]', 'data-active')).toBe('')
    expect(await page.getAttribute('.side [data-state="agent.busy"]', 'data-active')).toBeNull()
    void run.kill()
    await runtime.shutdown({ mode: 'kill' })
  })

  it('are shown for all jobs at once, from their list', async () => {
    const team = agents({ list: [{ id: 'ada', capabilities: ['write'] }] })
    const runtime = createRuntime({ agents: team })
    const run = runtime.dispatch(
      plan({ name: 'book', tasks: { draft: { requires: ['write'], run: () => 1 } } }),
    )
    await run.result
    const job = { project: 'shop', labels: {}, progress: 1, message: '', dispatchedAt: Date.now() }
    const entry = (runId: string) => ({ runId, name: 'book', status: 'completed', tasks: 1, job })
    const inspector = await inspectElsewhere({
      runs$: new BehaviorSubject([entry(run.id), entry('b')]),
      agents$: new Observable<AgentsTold>((to) => watchAgents(team.desk as Desk).subscribe(to)),
      events: (runId, from): Observable<Fact> =>
        runId === run.id ? run.events({ from, until: 'settled' }) : NEVER,
      why: (runId) => Promise.reject(new Error(runId)),
      command: () => Promise.reject(new Error('not asked')),
    })
    closing.push(inspector)
    const page = await browser.page()
    await page.goto(inspector.url)
    await page.waitForSelector('.run-list')
    await page.click('a:text("Agents")')
    await page.waitForSelector('h1:text("Agents")')
    expect(await page.$('#tab-dag')).toBeNull()
    await page.waitForSelector('[data-agent="ada"][data-status="available"]')
    await page.click('[data-agent="ada"]')
    await page.waitForSelector('.side:has-text("draft: completed")')
    await page.reload()
    await page.waitForSelector('.side:has-text("draft: completed")')
    await page.click('a:text("All runs")')
    await page.waitForSelector('.run-list')
    await runtime.shutdown()
  })
})
