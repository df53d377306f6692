import { criticalPathOf } from '../../../events/critical-path-of.ts'
import type { CriticalPath } from '../../../graph/critical-path.ts'
import { goesOn, moment } from './shown.ts'
import { effect, signal } from './signals.ts'

/** The chain of tasks that took longest, at the instant that is looked at. Empty before anything has ended. */
export const longestChain = signal<CriticalPath>({ ids: [], length: 0 })

let timer: ReturnType<typeof setTimeout> | undefined
let tookMs = 0

/** Follows the run; a large one that goes on a few times a second: it takes longer than all else that each fact asks for. */
effect(() => {
  void moment.value
  if (goesOn.value) timer ??= setTimeout(find, tookMs * 10)
  else find()
})

function find(): void {
  clearTimeout(timer)
  timer = undefined
  const begun = performance.now()
  const path = criticalPathOf(moment.peek())
  longestChain.value = path.length === 0 ? { ids: [], length: 0 } : path
  tookMs = performance.now() - begun
}
