import { createRuntime, plan } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import { chromium } from 'playwright-core'
const t = {}; const N = +process.argv[2] || 20000
for (let l = 0; l < N / 100; l++) for (let i = 0; i < 100; i++) t[`t${l}-${i}`] = { needs: l ? [`t${l-1}-${i}`] : [], run: () => {} }
const rt = createRuntime({ concurrency: 64 }); const ins = await inspect(rt)
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const p = await b.newPage({ viewport: { width: 1440, height: 900 } })
p.on('console', (m) => console.log('console', m.text())); p.on('pageerror', (e) => console.log('pageerror', e.message))
await p.goto(ins.url); await p.waitForSelector('.whole')
const c0 = process.cpuUsage()
const run = rt.dispatch(plan({ name: 'x', tasks: t })); console.log((await run.result).status, run.view().seq)
const t0 = performance.now()
for (let i = 0; i < 12; i++) { console.log(((performance.now() - t0) / 1000).toFixed(2), await p.evaluate(() => document.querySelector('.instant')?.textContent ?? document.body.innerText.slice(0, 100))); await new Promise(r => setTimeout(r, 500)) }
await b.close(); await ins.close()
