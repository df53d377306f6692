import { createRuntime, plan } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import { WebSocket } from 'ws'
const t = {}; const N = 20000
for (let l = 0; l < N / 100; l++) for (let i = 0; i < 100; i++) t[`t${l}-${i}`] = { needs: l ? [`t${l-1}-${i}`] : [], run: () => {} }
const rt = createRuntime({ concurrency: 64 }); const ins = await inspect(rt)
const u = new URL(ins.url)
const s = new WebSocket(`ws://${u.host}/`, ['dagmar', `token.${u.hash.slice(1)}`])
await new Promise(r => s.on('open', r))
let n = 0
s.on('message', (d) => { const m = JSON.parse(String(d)); if (m.type === 'batch') { if (m.log === '') { for (const e of m.entries) if (e.kind === 'run' && n === 0) s.send(JSON.stringify({ type: 'follow', log: e.runId, after: 0 })) } else if (n++ < 5) console.log(m.log, m.first, m.entries.length, m.entries.slice(0, 8).map((e) => e.kind + ':' + (e.fact?.type ?? e.machine ?? '') + (e.fact?.seq ?? '') + (e.fact?.structure ? '/' + e.fact.structure.length : ''))) } else console.log(m.type) })
s.send(JSON.stringify({ type: 'follow', log: '', after: 0 }))
await new Promise(r => setTimeout(r, 300))
const run = rt.dispatch(plan({ name: 'x', tasks: t })); await run.result
await new Promise(r => setTimeout(r, 2000)); s.close(); await ins.close()
