import { accessSync, constants } from 'node:fs'
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** True where there is no Chromium: `describe.skipIf(noChromium)` leaves the tests out that need it. */
export const noChromium = !isExecutable(executable)

if (noChromium) {
  process.stderr.write(
    `Tests in a browser are left out: ${executable} is missing. Install chromium, or set CHROMIUM to its path.\n`,
  )
}

/** What a page is opened with. As in Playwright, apart from `expectedErrors`. */
export interface PageOptions extends BrowserContextOptions {
  /** Errors on the console that a test brings about itself, such as those of a connection that it cuts. */
  readonly expectedErrors?: readonly RegExp[]
}

/** The browser of a test file. Each page has storage of its own, and is closed with its test. */
export interface TestBrowser {
  page(options?: PageOptions): Promise<Page>
}

/**
 * Chromium for the tests of the `describe` that calls it, started once. A test fails if one of its pages writes an
 * error to the console, throws, or asks for anything beyond this machine; nothing of that leaves the machine.
 */
export function useBrowser(): TestBrowser {
  let browser: Browser | undefined
  const open: BrowserContext[] = []
  const faults: string[] = []

  beforeAll(async () => {
    const { chromium } = await import('playwright-core')
    browser = await chromium.launch({
      executablePath: executable,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      ],
    })
  }, 60_000)

  afterEach(async () => {
    await Promise.all(open.splice(0).map((context) => context.close()))
    expect(faults.splice(0)).toEqual([])
  })

  afterAll(() => browser?.close())

  return {
    page: async ({ expectedErrors = [], ...options } = {}) => {
      const context = await browser!.newContext(options)
      open.push(context)
      const note = (fault: string): void => {
        if (!expectedErrors.some((expected) => expected.test(fault))) faults.push(fault)
      }
      const reached = (url: string): void => {
        if (!isOnThisMachine(url)) faults.push(`asks for ${url}`)
      }
      context.on('request', (request) => reached(request.url()))
      context.on('console', (message: ConsoleMessage) => {
        if (message.type() === 'error') note(`${message.text()} (${message.location().url})`)
      })
      context.on('weberror', (error) => note(String(error.error())))
      context.on('page', (page) => page.on('websocket', (socket) => reached(socket.url())))
      return context.newPage()
    },
  }
}

function isOnThisMachine(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(protocol)) return true
  return hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]'
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
