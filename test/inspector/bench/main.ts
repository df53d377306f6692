import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { createRuntime, type Fact, plan, type Plan, type Runtime, type RunHandle } from 'dagmar'
import { exportFacts, inspect } from 'dagmar/inspector'

const usage = `What the inspector costs and how fast its page is, in headless Chromium without a GPU.

npm run bench:inspector

Chromium is /usr/bin/chromium, or what CHROMIUM names.`

/** A figure beside its limit. */
interface Measured {
  readonly what: string
  readonly limit: number
  readonly unit: string
  readonly values: readonly number[]
}

const layers = 50
const width = 100
const tasks = layers * width
/** Warnings are run facts: with these a task has 20. */
const warnings = 14
/** Tasks that do nothing, of which the CPU time is taken. */
const cpuTasks = 20_000
const viewport = { width: 1440, height: 900 }

const [, , flag, kind, shown] = process.argv
if (flag === '--help') console.log(usage)
else if (flag === '--cell') await cell(kind as CellKind, shown === 'page')
else await bench()

async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dagmar-bench-inspector-'))
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    console.log(
      `${tasks.toLocaleString('en')} tasks, 100,000 facts; each figure is the median of its runs (least – most).`,
    )
    const { run, facts } = await manyFacts()
    for (const measured of [
      await openLive(browser, run),
      await scrub(browser, run),
      await pan(browser, run, 'dag'),
      await pan(browser, run, 'timeline'),
      await openSaved(browser, facts, folder),
      await cpuOfTask(browser),
      await slowerBy(browser),
    ]) {
      print(measured)
    }
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function print({ what, limit, unit, values }: Measured): void {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const middle = medianOf(values)
  const told = [middle, least, most].map((value) => value.toFixed(value < 10 ? 2 : 0))
  const verdict = middle <= limit ? 'met' : 'MISSED'
  console.log(
    `${what.padEnd(58)} ${told[0]!.padStart(7)} ${unit} (${told[1]} – ${told[2]}), limit ${limit}: ${verdict}`,
  )
  if (middle > limit) process.exitCode = 1
}

/** A layered dag, each task of which needs two of the layer before. */
function layered(run: () => unknown, count = tasks): Plan {
  const rows = count / width
  const idOf = (row: number, place: number): string => `layer-${row}/task-${place % width}`
  const entries = Array.from({ length: count }, (_, index) => {
    const [row, place] = [Math.floor(index / width), index % width]
    const needs = row === 0 ? [] : [idOf(row - 1, place), idOf(row - 1, place * 31 + row + 1)]
    return [idOf(row, place), { needs: [...new Set(needs)], run }] as const
  })
  return plan({ name: `layered ${rows} × ${width}`, tasks: Object.fromEntries(entries) }) as Plan
}

async function manyFacts(): Promise<{ readonly run: RunHandle; readonly facts: readonly Fact[] }> {
  const work = ({ warn }: { readonly warn: (message: string) => void }): void => {
    for (let at = 1; at <= warnings; at++) warn(`warning ${at}`)
  }
  const runtime = createRuntime({ concurrency: 64, retainFacts: 200_000 })
  const run = runtime.dispatch(layered(work as () => unknown)) as RunHandle
  const facts: Fact[] = []
  run.events$.subscribe((fact) => facts.push(fact))
  await run.result
  return { run, facts }
}

async function opened(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport })
  await page.goto(url)
  return page
}

/** Resolves once the page shows the last fact, painted. */
async function complete(page: Page, seq: number): Promise<void> {
  const last = seq.toLocaleString('en')
  await page.waitForFunction(
    (text) => document.querySelector('.instant')?.textContent?.includes(text) === true,
    `fact ${last} of ${last}`,
    { polling: 'raf', timeout: 60_000 },
  )
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => setTimeout(painted))))
}

async function openLive(browser: Browser, run: RunHandle): Promise<Measured> {
  const values: number[] = []
  for (let time = 0; time < 5; time++) {
    const inspector = await inspect(run)
    const began = performance.now()
    const page = await opened(browser, inspector.url)
    await complete(page, run.view().seq)
    values.push((performance.now() - began) / 1_000)
    await page.close()
    await inspector.close()
  }
  return { what: 'a live page is complete after', limit: 2, unit: 's', values }
}

async function scrub(browser: Browser, run: RunHandle): Promise<Measured> {
  const inspector = await inspect(run)
  const page = await opened(browser, inspector.url)
  await complete(page, run.view().seq)
  const values = await page.evaluate(async () => {
    const slider = document.querySelector<HTMLInputElement>('#scrub')!
    const steps: number[] = []
    for (let step = 1; step <= 40; step++) {
      await new Promise((seen) => setTimeout(seen, 50))
      const began = performance.now()
      slider.value = String(Number(slider.max) * ((step * 0.618) % 1))
      slider.dispatchEvent(new Event('input', { bubbles: true }))
      await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))
      steps.push(performance.now() - began)
    }
    return steps
  })
  await page.close()
  await inspector.close()
  return { what: 'a step of the scrubber is painted after', limit: 50, unit: 'ms', values }
}

async function pan(browser: Browser, run: RunHandle, view: string): Promise<Measured> {
  const inspector = await inspect(run)
  const page = await opened(browser, inspector.url)
  await complete(page, run.view().seq)
  await page.evaluate((name) => {
    location.hash = `#/${name}`
  }, view)
  await page.waitForSelector(`#tab-${view}[aria-selected="true"]`)
  const canvas = (await page.locator('#view canvas').last().boundingBox())!
  const [x, y] = [canvas.x + canvas.width / 2, canvas.y + canvas.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.evaluate(() => {
    const frames: number[] = []
    Object.assign(globalThis, { frames })
    let before = performance.now()
    const note = (now: number): void => {
      frames.push(now - before)
      before = now
      requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
  })
  for (let step = 0; step < 150; step++) {
    await page.mouse.move(x + 200 * Math.sin(step / 12), y + 120 * Math.sin(step / 9))
  }
  await page.mouse.up()
  const values = await page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames.slice(2))
  await page.close()
  await inspector.close()
  return { what: `a frame while the ${view} is dragged takes`, limit: 20, unit: 'ms', values }
}

async function openSaved(browser: Browser, facts: readonly Fact[], folder: string): Promise<Measured> {
  const file = join(folder, 'run.html')
  // As many facts as make 10 MB: the structure, and then about 150 bytes each.
  const most = 65_000
  await exportFacts(facts.slice(0, most), file)
  const megabytes = statSync(file).size / 1e6
  const seq = facts.slice(0, most).findLast((fact) => 'seq' in fact)!
  const values: number[] = []
  for (let time = 0; time < 5; time++) {
    const began = performance.now()
    const page = await opened(browser, pathToFileURL(file).href)
    await complete(page, 'seq' in seq ? seq.seq : 0)
    values.push((performance.now() - began) / 1_000)
    await page.close()
  }
  return { what: `a saved page of ${megabytes.toFixed(1)} MB is open after`, limit: 1, unit: 's', values }
}

/**
 * Runs a plan in a process of its own, with a page that shows it or with a subscriber of its facts alone: whoever drives
 * the browser gets all that the page is sent, and pays for it.
 */
async function inOwnProcess(browser: Browser, kind: CellKind, hasPage: boolean): Promise<number> {
  const cell = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), '--cell', kind, hasPage ? 'page' : 'alone'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const lines = createInterface({ input: cell.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => String((await lines.next()).value)
  const url = await next()
  const page = hasPage ? await opened(browser, url) : undefined
  await page?.waitForSelector('.whole')
  cell.stdin.write('go\n')
  const seq = Number(await next())
  if (page !== undefined) await complete(page, seq)
  cell.stdin.write('measured\n')
  const value = Number(await next())
  cell.stdin.end()
  await page?.close()
  return value
}

type CellKind = 'cpu' | 'wall'

/** What `inOwnProcess` starts. Prints the page's address, the last `seq` once the run has settled, and the figure. */
async function cell(kind: CellKind, hasPage: boolean): Promise<void> {
  const count = kind === 'cpu' ? cpuTasks : tasks
  const dag = layered(
    kind === 'cpu' ? () => undefined : () => new Promise((done) => setTimeout(done, 10)),
    count,
  )
  const runtime: Runtime = createRuntime({ concurrency: 64 })
  const inspector = hasPage ? await inspect(runtime, { keepAlive: true }) : undefined
  const asked = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  // The first run compiles, and is seen by nobody.
  await createRuntime({ concurrency: 64 }).run(dag)
  console.log(inspector?.url ?? '')
  await asked.next()
  const [began, before] = [performance.now(), process.cpuUsage()]
  const run = runtime.dispatch(dag)
  run.events$.subscribe(() => undefined)
  await run.result
  const wall = performance.now() - began
  console.log(run.view().seq)
  await asked.next()
  const { user, system } = process.cpuUsage(before)
  console.log(kind === 'cpu' ? (user + system) / count : wall)
  await inspector?.close()
}

async function cpuOfTask(browser: Browser): Promise<Measured> {
  const values: number[] = []
  for (let time = 0; time < 5; time++) {
    const alone = await inOwnProcess(browser, 'cpu', false)
    values.push((await inOwnProcess(browser, 'cpu', true)) - alone)
  }
  return { what: 'an open page costs the run’s process, a task', limit: 15, unit: 'µs', values }
}

async function slowerBy(browser: Browser): Promise<Measured> {
  const values: number[] = []
  for (let time = 0; time < 5; time++) {
    const alone = await inOwnProcess(browser, 'wall', false)
    values.push((await inOwnProcess(browser, 'wall', true)) / alone)
  }
  return { what: 'with a page, 5,000 tasks of 10 ms, 64 at once, take', limit: 1.05, unit: '×', values }
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}
