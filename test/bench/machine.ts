import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { repository } from './paths.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly node: string
  readonly platform: string
  /** Processes that wanted to run in the last minute before the start: well above 0, the times are noisy. */
  readonly load: number
  /** Versions of dagmar and what it stands on. */
  readonly versions: Readonly<Record<string, string>>
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'an unknown processor',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    load: Math.round(loadavg()[0]! * 10) / 10,
    versions: {
      dagmar: versionIn('package.json'),
      xstate: versionIn('node_modules/xstate/package.json'),
      rxjs: versionIn('node_modules/rxjs/package.json'),
    },
  }
}

function versionIn(path: string): string {
  return (JSON.parse(readFileSync(`${repository()}${path}`, 'utf8')) as { readonly version: string }).version
}
