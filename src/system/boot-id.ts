import { readSmall } from './small-file.ts'

let boot: string | null | undefined

/** Which life of the system this is; `null` where there is no /proc. */
export function bootId(): string | null {
  boot ??= readSmall('/proc/sys/kernel/random/boot_id').trim() || null
  return boot
}
