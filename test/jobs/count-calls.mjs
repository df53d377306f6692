// Loaded into a supervisor by NODE_OPTIONS: says in a file when anything of it is called, a line each time.
import { createHook } from 'node:async_hooks'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'

if (process.argv.includes('supervisor')) {
  const kinds = new Map()
  createHook({
    init: (id, kind) => kinds.set(id, kind),
    before: (id) => appendFileSync(join(process.env.DAGMAR_HOME, 'calls'), `${kinds.get(id)}\n`),
  }).enable()
}
