import { stderr } from 'node:process'

/** Tells on stderr how far it is: one line that changes on a terminal, a line a step elsewhere. */
export interface Progress {
  step(what: string): void
  say(line: string): void
  end(): void
}

export function showProgress(steps: number): Progress {
  const startedAt = performance.now()
  let step = 0
  const clear = (): void => {
    if (stderr.isTTY) stderr.write('\r\u001B[K')
  }
  return {
    step(what) {
      step++
      const seconds = Math.round((performance.now() - startedAt) / 1_000)
      const line = `[${step}/${steps}] ${seconds} s  ${what}`
      clear()
      stderr.write(stderr.isTTY ? line.slice(0, (stderr.columns ?? 80) - 1) : `${line}\n`)
    },
    say(line) {
      clear()
      stderr.write(`${line}\n`)
    },
    end: clear,
  }
}
