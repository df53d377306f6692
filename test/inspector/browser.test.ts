import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noChromium, useBrowser } from './browser.ts'

describe.skipIf(noChromium)('a page in the browser of the tests', () => {
  let server: Server
  let url: string
  const browser = useBrowser()

  beforeAll(async () => {
    server = createServer((request, response) => {
      const script = request.url === '/' ? '' : decodeURIComponent(request.url!.slice(2))
      response.setHeader('content-type', 'text/html')
      response.end(`<!doctype html><link rel="icon" href="data:,"><p>here</p><script>${script}</script>`)
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => {
    server.close()
  })

  const expectQuiet = async (script: string): Promise<void> => {
    const page = await browser.page()
    await page.goto(`${url}?${encodeURIComponent(script)}`)
    await page.evaluate('0') // what the page told before has been heard by then
  }

  it('is shown', async () => {
    const page = await browser.page({ colorScheme: 'dark', viewport: { width: 400, height: 700 } })
    await page.goto(url)
    expect(await page.textContent('p')).toBe('here')
    expect(await page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches')).toBe(true)
  })

  it.fails('fails its test with an error on the console', () => expectQuiet('console.error("no")'))
  it.fails('fails its test with an error that nobody catches', () => expectQuiet('throw new Error("no")'))
  it.fails('fails its test with a promise that nobody catches', () =>
    expectQuiet('Promise.reject(new Error("no"))'))
  it.fails('fails its test with a request beyond this machine', () =>
    expectQuiet('fetch("http://192.0.2.1/").catch(() => {})'))
  it.fails('fails its test with a socket beyond this machine', () =>
    expectQuiet('new WebSocket("ws://dagmar.example/").onerror = () => {}'))

  it('may have errors that its test expects', async () => {
    const page = await browser.page({ expectedErrors: [/as agreed/] })
    await page.goto(`${url}?${encodeURIComponent('console.error("as agreed")')}`)
    expect(await page.textContent('p')).toBe('here')
  })
})
