import { appendFileSync } from 'node:fs'
import { createRuntime, type Plan, plan, type Store } from '../../src/index.ts'
import { journal } from '../../src/stores/journal/index.ts'
import { sqlite } from '../../src/stores/sqlite/index.ts'
import { type DurableWorkload, needsOf, type Shape } from './durable-workload.ts'
import { adapterUrl } from './paths.ts'

export interface DurableCell {
  readonly contender: string
  readonly shape: Shape
  readonly tasks: number
  readonly folder: string
  readonly url: string
}

const { contender, shape, tasks, folder, url } = JSON.parse(process.argv[2]!) as DurableCell
const stores: Readonly<Record<string, () => Store>> = {
  'dagmar/sqlite, full': () => sqlite(`${folder}/runs.db`, { driver: 'libsql' }),
  'dagmar/sqlite, normal': () => sqlite(`${folder}/runs.db`, { driver: 'libsql', durability: 'normal' }),
  'dagmar/journal, full': () => journal(`${folder}/runs`),
  'dagmar/journal, normal': () => journal(`${folder}/runs`, { durability: 'normal' }),
}
const open = stores[contender]
const { prepare } =
  open === undefined
    ? ((await import(adapterUrl(contender))) as {
        prepare: (workload: DurableWorkload) => Promise<() => Promise<void>>
      })
    : { prepare: (workload: DurableWorkload) => prepareDagmar(open(), workload) }
const run = await prepare({
  needs: needsOf(shape, tasks),
  body: (task) => appendFileSync(`${folder}/effects`, `${task}\n`),
  folder,
  url,
})
// To open the store, and to make its tables, is not counted.
const began = performance.now()
await run()
console.log(JSON.stringify({ ms: performance.now() - began }))
// Some leave connections open.
process.exit(0)

async function prepareDagmar(store: Store, { needs, body }: DurableWorkload): Promise<() => Promise<void>> {
  const idle = plan({
    name: 'idle',
    tasks: Object.fromEntries(
      needs.map((from, task) => [
        `t${task}`,
        { needs: from.map((need) => `t${need}`), run: () => body(task) },
      ]),
    ),
  }) as unknown as Plan
  const runtime = createRuntime({ store, concurrency: 10 })
  const begun = (await store.runs()).length > 0
  return async () => {
    const run = begun ? await runtime.recover('run', { dag: idle }) : runtime.dispatch(idle, { id: 'run' })
    const { status } = await run.result
    if (status !== 'completed') throw new Error(`The run ended as ${status}.`)
    await runtime.shutdown()
    await store.close()
  }
}
