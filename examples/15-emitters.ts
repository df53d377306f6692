// Shows a channel that never holds the run up, and a fan-out in which a listener that throws harms nobody.
// Prints what the channel kept and dropped, and what each listener heard.
import { setTimeout as sleep } from 'node:timers/promises'
import { buffered, createRuntime, plan } from 'dagmar'

const send = async (): Promise<void> => sleep(1)
const tasks = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`letter-${n + 1}`, { run: send }]))

const run = createRuntime().dispatch(plan({ name: 'letters', tasks }))
const facts$ = run.events({ until: 'settled' })

// A channel of 64: what comes while it is full is dropped, and counted where it is missing.
const channel = buffered(facts$, { size: 64, overflow: 'drop-newest' })
// A fan-out: each listener is told, whatever the others do, and one may come later.
const heard = { ledger: 0, screen: 0, late: 0 }
const print = (): never => {
  throw new Error('the printer is on fire')
}
for (const listen of [() => heard.ledger++, print, () => heard.screen++]) facts$.subscribe(listen)
setTimeout(() => run.events$.subscribe(() => heard.late++), 5)

const { counts } = await run.result
// Nobody has read from the channel so far, and the run is over.
let kept = 0
let dropped = 0
for await (const fact of channel) {
  if (fact.type === 'stream.lagged') dropped += fact.missed
  else kept += 1
  await sleep(1)
}
console.log(`${counts.completed} letters completed; the channel kept ${kept} facts and dropped ${dropped}.`)
console.log(`The ledger heard ${heard.ledger}, the screen ${heard.screen}, and the late one ${heard.late}.`)
