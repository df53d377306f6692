import { createRuntime, plan } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import { chromium } from 'playwright-core'
const t = {}
for (let l = 0; l < 50; l++)
  for (let i = 0; i < 100; i++)
    t[`t${l}-${i}`] = {
      needs: l ? [`t${l - 1}-${i}`] : [],
      run: ({ warn }) => {
        for (let k = 0; k < 14; k++) warn('w' + k)
      },
    }
const rt = createRuntime({ concurrency: 64, retainFacts: 200000 })
const run = rt.dispatch(plan({ name: 'x', tasks: t }))
console.log(run.status, (await run.result).status, run.view().seq)
const ins = await inspect(run)
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
const p = await b.newPage({ viewport: { width: 1440, height: 900 } })
p.on('console', (m) => console.log('console', m.text()))
p.on('pageerror', (e) => console.log('pageerror', e.message))
const t0 = performance.now()
await p.goto(ins.url)
for (let i = 0; i < 20; i++) {
  console.log(
    ((performance.now() - t0) / 1000).toFixed(2),
    await p.evaluate(
      () => document.querySelector('.instant')?.textContent ?? document.body.innerText.slice(0, 100),
    ),
  )
  await new Promise((r) => setTimeout(r, 500))
}
await b.close()
await ins.close()
