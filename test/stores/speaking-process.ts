import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { builtDagmar } from '../cli/built-dagmar.ts'

/** A process that says what it does, a line each. */
export interface SpeakingProcess {
  readonly pid: number
  readonly said: readonly string[]
  /** Lets it begin, or go on. */
  readonly go: () => void
  /** Resolves with the first line that begins so, said already or not, and after so many others that do. */
  readonly saying: (begin: string, before?: number) => Promise<string>
  readonly signal: (name: NodeJS.Signals) => void
  readonly ended: Promise<unknown>
}

/**
 * Starts a module of Node that says `up` once it is ready, and gives it the folder of the built package and these words. It
 * is ended with the test.
 */
export async function speakingProcess(script: string, words: readonly string[]): Promise<SpeakingProcess> {
  const given = [dirname(builtDagmar()), ...words]
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script, ...given], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const said: string[] = []
  const waiting = new Set<() => void>()
  const ended = once(child, 'close')
  createInterface({ input: child.stdout! }).on('line', (line) => {
    said.push(line)
    for (const look of waiting) look()
  })
  const saying = (begin: string, before = 0): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = said.filter((one) => one.startsWith(begin))[before]
        if (line === undefined) return
        waiting.delete(look)
        resolve(line)
      }
      waiting.add(look)
      void ended.then(() =>
        reject(new Error(`it ended without '${begin}', after ${said.slice(-3).join(', ')}`)),
      )
      look()
    })
  await saying('up')
  const go = (): void => void child.stdin!.write('go\n')
  return { pid: child.pid!, said, go, saying, signal: (name) => child.kill(name), ended }
}
