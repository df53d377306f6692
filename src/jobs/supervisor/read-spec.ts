import { isAbsolute } from 'node:path'
import { badValue, isRecord } from '../../graph/read-values.ts'
import { isJobId } from '../job-id.ts'
import type { JobSpec } from '../spec.ts'
import { planOf } from './plan-of-spec.ts'

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isFolder: Check = (value) => typeof value === 'string' && isAbsolute(value) && !value.includes('\0')
const isInstant: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isInteger =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((one) => check(one))
const recordOf =
  (check: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every((one) => check(one))
const isTruth: Check = (value) => typeof value === 'boolean'

const needed: readonly (readonly [keyof JobSpec, Check, string])[] = [
  ['id', (value) => isText(value) && isJobId(value as string), 'an id of a job'],
  ['name', isText, 'a text'],
  ['project', isText, 'a text'],
  ['labels', recordOf(isText), 'an object of texts'],
  ['dispatchedAt', isInstant, 'an instant in milliseconds'],
  ['cwd', isFolder, 'an absolute path'],
  ['umask', isInteger(0, 0o777), 'an integer from 0 to 0o777'],
]
const optional: typeof needed = [
  ['select', isRecord, 'an object'],
  ['concurrency', isInteger(0, Number.MAX_SAFE_INTEGER), 'an integer of 0 or more'],
  ['answers', recordOf(listOf(isText)), 'lists of texts by task'],
  ['confirms', isTruth, 'true or false'],
  ['notify', listOf(isNotification), 'a list of notifications'],
  ['notBefore', isInstant, 'an instant in milliseconds'],
  ['after', listOf(isText), 'a list of ids'],
  ['afterAny', isTruth, 'true or false'],
]

/**
 * What comes from outside as a job, once it is known to be one: a job that cannot be run must not be kept, because it
 * would be taken up again and again. Throws `CONFIG_INVALID`, and what `plan()` throws.
 */
export function readSpec(value: unknown): JobSpec {
  if (!isRecord(value)) throw badValue('A job', value, 'an object')
  for (const [field, check, wanted] of needed) {
    if (!check(value[field])) throw badValue(`${field} of the job`, value[field], wanted)
  }
  for (const [field, check, wanted] of optional) {
    if (value[field] !== undefined && !check(value[field])) {
      throw badValue(`${field} of the job`, value[field], wanted)
    }
  }
  const spec = value as unknown as JobSpec
  planOf(spec)
  return spec
}

function isNotification(value: unknown): boolean {
  return isRecord(value) && isText(value['place']) && Array.isArray(value['on']) && isRecord(value['way'])
}
