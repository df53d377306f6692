import { StringDecoder } from 'node:string_decoder'

/** Where answers come from. */
export interface Keyboard {
  /**
   * Calls `onText` with what is typed. `raw` gives each key at once and shows none of them; else whole lines come,
   * which the terminal has shown. Returns how to stop, which gives the terminal back as it was.
   */
  listen(raw: boolean, onText: (text: string) => void): () => void
}

/** The terminal behind stdin. */
export function terminalKeyboard(stdin: NodeJS.ReadStream): Keyboard {
  // A terminal that goes away is told by SIGHUP; here it only has no more answers.
  stdin.on('error', () => undefined)
  return {
    listen: (raw, onText) => {
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
    },
  }
}
