import { readFileSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

/** Where answers come from. */
export interface Keyboard {
  /**
   * Calls `onText` with the text that is typed. With `raw` each key comes at once and is not shown; else whole lines
   * come, which the terminal shows as they are typed. Returns a function that stops, and restores the terminal.
   */
  listen(raw: boolean, onText: (text: string) => void): () => void
}

/** The terminal behind stdin. */
export function terminalKeyboard(
  stdin: NodeJS.ReadStream,
  isInForeground: () => boolean = isForegroundProcess,
): Keyboard {
  // SIGHUP tells that a terminal has gone away. Here it only means that no more answers come.
  stdin.on('error', () => undefined)
  const listen: Keyboard['listen'] = (raw, onText) => {
    // Who is in the background would be stopped for it, and is not told when it comes to the foreground.
    if (raw && !isInForeground()) {
      let stop: (() => void) | undefined
      const timer = setInterval(() => {
        if (!isInForeground()) return
        clearInterval(timer)
        stop = listen(raw, onText)
      }, 500)
      timer.unref()
      return () => {
        clearInterval(timer)
        stop?.()
      }
    }
    const decoder = new StringDecoder('utf8')
    const onData = (bytes: Buffer): void => onText(decoder.write(bytes))
    const setRaw = (on: boolean): void => {
      try {
        if (raw) stdin.setRawMode(on)
      } catch {
        // It is gone already.
      }
    }
    stdin.on('data', onData)
    setRaw(true)
    stdin.resume()
    return () => {
      stdin.off('data', onData)
      setRaw(false)
      stdin.pause()
    }
  }
  return { listen }
}

/** False for a process that a shell has put in the background. True where nobody can tell. */
function isForegroundProcess(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // The name before the last parenthesis may hold anything. State, parent, group, session and terminal follow.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // Without a terminal of its own there is no foreground either.
    return foreground === '-1' || group === foreground
  } catch {
    return true
  }
}
