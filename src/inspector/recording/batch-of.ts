import type { LogId } from '../protocol.ts'
import type { Stretch } from './entry-log.ts'

/** Entries as the message `batch`, in JSON. */
export function batchOf(log: LogId, { first, json }: Stretch, now: number): Buffer {
  const head = `{"type":"batch","log":${JSON.stringify(log)},"first":${first},"now":${now},"entries":[`
  return Buffer.concat([Buffer.from(head), ...json, Buffer.from(']}')])
}
