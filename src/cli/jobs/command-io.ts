import type { OutputConfiguration } from 'commander'
import { type Paint, painter } from '../screen/colours.ts'

/** What a command about jobs has of the terminal. All that is given to `print` and `note` is harmless already. */
export interface CommandIo {
  /** Writes to stdout. Resolves when more may follow; with false where nobody reads it any longer. */
  print(text: string): Promise<boolean>
  /** Writes bytes to stdout as they are, for a program that reads it. Resolves as `print` does. */
  printBytes(bytes: Uint8Array): Promise<boolean>
  /** Writes a line to stderr. */
  note(line: string): void
  /** Of the terminal. Undefined where stdout is none: then nothing is cut. */
  readonly columns: number | undefined
  readonly paint: Paint
  readonly isColoured: boolean
  /** Epoch milliseconds. */
  now(): number
  /** Asks for a yes or a no. Undefined where nobody can answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined
}

export function commandIo(
  output: OutputConfiguration,
  { confirm, now }: Pick<CommandIo, 'confirm' | 'now'>,
): CommandIo {
  const isColoured = output.getOutHasColors!()
  const print = async (piece: string | Uint8Array): Promise<boolean> => {
    // It hands on to a stream, which takes bytes, too.
    output.writeOut!(piece as string)
    return mayGoOn(process.stdout)
  }
  return {
    print,
    printBytes: print,
    note: (line) => output.writeErr!(`${line}\n`),
    columns: output.getOutHelpWidth!() as number | undefined,
    paint: painter(isColoured),
    isColoured,
    now,
    confirm,
  }
}

/** Waits for a reader that is behind. */
function mayGoOn(stream: NodeJS.WriteStream): Promise<boolean> | boolean {
  if (stream.destroyed || stream.errored !== null) return false
  if (!stream.writableNeedDrain) return true
  return new Promise((resolve) => {
    const ends = { drain: () => settle(true), close: () => settle(false), error: () => settle(false) }
    const settle = (isRead: boolean): void => {
      for (const [name, hear] of Object.entries(ends)) stream.off(name, hear)
      resolve(isRead)
    }
    for (const [name, hear] of Object.entries(ends)) stream.on(name, hear)
  })
}
