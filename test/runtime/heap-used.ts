import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose_gc')
export const collectGarbage = runInNewContext('gc') as () => void

/** Bytes in use once all that can go is gone: weak references are let go between turns of the event loop. */
export async function heapUsed(): Promise<number> {
  for (let round = 0; round < 6; round++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    collectGarbage()
  }
  return process.memoryUsage().heapUsed
}
