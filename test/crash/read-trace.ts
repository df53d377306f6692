import { readFileSync } from 'node:fs'
import type { Inode, LossyDisk } from './lossy-disk.ts'

const unfinished = ' <unfinished ...>'

/** A change that a process has made to its disk, or what it has noted. */
export interface TracedChange {
  readonly noted: string | undefined
}

/**
 * Does to a disk what a process has done below `top`, by what `writtenDown` has written, step by step. Told apart from
 * that is what it has written into the file `notes`.
 */
export function* changesIn(
  log: string,
  top: string,
  notes: string,
  disk: LossyDisk,
): Generator<TracedChange> {
  const opened = new Map<number, Inode | undefined>()
  const begun = new Map<string, string>()
  const ending = new Map<string, () => void>()
  const within = (path: string): string | undefined =>
    path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path === top ? '' : undefined
  for (const line of readFileSync(log, 'latin1').split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest)
    const isBegun = rest.endsWith(unfinished)
    const said = isBegun ? rest.slice(0, -unfinished.length) : rest
    if (isBegun) begun.set(thread, said)
    const whole = resumed === null ? said : `${begun.get(thread)}${resumed[2]}`
    const call = /^(\w+)\(/.exec(whole)?.[1]
    if (call === undefined || /\) += -1 /.test(whole)) continue
    const texts = [...whole.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text]) => bytesOf(text!))
    const [, number, hex = ''] = /^\w+\((\d+)<((?:\\x[0-9a-f]{2})*)>/.exec(whole) ?? []
    const target = String(bytesOf(hex))
    // A number whose file was closed may be anything by now.
    const file = within(target) === undefined ? undefined : opened.get(Number(number))
    if (call === 'fdatasync' || call === 'fsync') {
      // It counts when it has come back, for what had been written when it began.
      if (file === undefined) continue
      if (resumed === null) ending.set(thread, disk.sync(file))
      if (isBegun) continue
      ending.get(thread)!()
    } else if (call === 'openat') {
      if (isBegun) continue
      const path = within(String(texts[0]))
      const opens = path === undefined ? undefined : disk.open(path, /O_CREAT/.test(whole))
      opened.set(Number(/= (\d+)/.exec(whole)![1]), opens)
      if (opens === undefined || !/O_CREAT/.test(whole)) continue
    } else if (call === 'write' || call === 'pwrite64') {
      // It may have been carried out as soon as it began.
      if (resumed !== null) continue
      if (target === notes) yield { noted: String(texts[0]) }
      if (file === undefined) continue
      const at = call === 'write' ? undefined : Number(/, (\d+)(?:\) += \d+)?$/.exec(whole)![1])
      disk.write(file, texts[0]!, at)
    } else {
      if (isBegun) continue
      const [path, other] = texts.map((text) => within(String(text)))
      if (call === 'ftruncate' && file !== undefined) disk.cut(file, Number(/, (\d+)\)/.exec(whole)![1]))
      else if (path === undefined) continue
      else if (call === 'mkdir') disk.makeFolder(path)
      else if (call === 'link') disk.link(path, other!)
      else if (call === 'unlink') disk.unlink(path)
      else throw new Error(`a call that is not known: ${whole.slice(0, 80)}`)
    }
    yield { noted: undefined }
  }
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex')
}
