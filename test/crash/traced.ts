import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a process does to disks, and tells others by pipes. */
const calls = [
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'fdatasync',
  'fsync',
  'ftruncate',
  'fallocate',
  'rename',
  'renameat',
  'renameat2',
  'link',
  'linkat',
  'unlink',
  'unlinkat',
  'mkdir',
] as const
export type Call = (typeof calls)[number]

/** The call to the system before which a process dies: the nth of this name that one of its threads makes. */
export interface FatalCall {
  readonly call: Call
  readonly nth: number
  /** The file in its folder that it is made to. Only those count then, which are the same in each run. */
  readonly file?: string
}

export type Program = readonly [file: string, ...args: string[]]

// Commands that the process starts are not traced: they leave with `execve`, and the first program has made its own before.
const strace = ['strace', '-f', '-qq', '-b', 'execve'] as const

/** So that the same thread makes the same calls to the same files in each run. */
export const sameEachTime = { UV_THREADPOOL_SIZE: '1', COUNTS_IDS: '0000' }

/** The same for one of several coordinators that run at once. */
export function sameInLane(lane: number): typeof sameEachTime {
  return { ...sameEachTime, COUNTS_IDS: String(lane).padStart(4, '0') }
}

/** The call of another coordinator that is made to the same file. */
export function inLane(death: FatalCall, lane: number): FatalCall {
  const { COUNTS_IDS: first } = sameEachTime
  const { COUNTS_IDS: ids } = sameInLane(lane)
  if (death.file === undefined) return death
  return { ...death, file: death.file.replaceAll(`-${first}-4000-`, `-${ids}-4000-`) }
}

/** The program, killed before that call. What kills it kills the tracer the same way, which tells its parent. */
export function dyingAt({ call, nth, file }: FatalCall, folder: string, program: Program): Program {
  const fault = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${nth}`]
  const path = file === undefined ? [] : ['-P', join(folder, file)]
  return [...strace, '-o', '/dev/null', ...path, ...fault, ...program]
}

/** The program, which writes the calls that it makes into a file. */
export function tracedInto(file: string, program: Program): Program {
  return [...strace, '-y', '-o', file, '-e', `trace=${calls.join(',')}`, ...program]
}

/** The program, which writes what it does to files into another one, with all that it writes to them. */
export function writtenDown(file: string, program: Program): Program {
  const content = ['-y', '-xx', '-s', '10000000']
  return ['strace', '-f', '-qq', ...content, '-o', file, '-e', `trace=openat,${calls.join(',')}`, ...program]
}

/**
 * The calls before which there is something to die for, by what `tracedInto` has written: those of a kind together, in the
 * order in which they were made. Most calls of `write` only wake another thread.
 */
export function fatalCallsIn(log: string, folder: string): readonly (readonly FatalCall[])[] {
  const made = new Map<string, number>()
  const kinds = new Map<string, Map<number, FatalCall>>()
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const [, thread, call, about = ''] = /^(\d+) +(\w+)\((.*)/.exec(line) ?? []
    if (call === undefined) continue
    const path = /^(?:\d+<|")([^>"]*)/.exec(about)?.[1] ?? ''
    const file = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
    for (const among of file === undefined ? [''] : ['', file]) {
      const counted = `${thread} ${call} ${among}`
      made.set(counted, (made.get(counted) ?? 0) + 1)
    }
    if (path.startsWith('anon_inode:')) continue
    const nth = made.get(`${thread} ${call} ${file ?? ''}`)!
    const kind = `${call} ${file ?? ''}`
    const same = kinds.get(kind) ?? new Map<number, FatalCall>()
    kinds.set(kind, same.set(nth, { call: call as Call, nth, ...(file === undefined ? {} : { file }) }))
  }
  return [...kinds.values()].map((same) => [...same.values()])
}

/** True where a process can be killed at its calls. */
export const canTrace = killsWhoWrites()

if (!canTrace) {
  process.stderr.write(
    'Tests that kill a process between two calls to the system are left out: strace is missing, or may not trace here. Install strace, and permit ptrace.\n',
  )
}

function killsWhoWrites(): boolean {
  const [file, ...args] = dyingAt({ call: 'write', nth: 1 }, '/', ['/bin/echo', 'alive'])
  const { signal, stdout } = spawnSync(file, args, { encoding: 'utf8' })
  return signal === 'SIGKILL' && stdout === ''
}
