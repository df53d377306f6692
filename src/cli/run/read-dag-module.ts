import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { type Plan, planOf } from '../../graph/plan.ts'
import { isRecord } from '../../graph/read-values.ts'
import { shownText } from '../../text/shown-text.ts'

/** The plan of the dag that the module exports by default. Rejects with `CONFIG_INVALID`, or what `plan` throws. */
export async function readDagModule(path: string): Promise<Plan> {
  let loaded: unknown
  try {
    loaded = await import(pathToFileURL(resolve(path)).href)
  } catch (thrown) {
    if (isUnreadType(thrown)) {
      throw misuse(
        `${path} is TypeScript, which Node ${process.versions.node} does not read.`,
        'Use Node 22.18 or later, which strips types, or give it as JavaScript.',
      )
    }
    throw misuse(`${path} could not be loaded: ${shownText(thrownText(thrown))}`)
  }
  const exported = isRecord(loaded) ? loaded['default'] : undefined
  try {
    return planOf(exported as Plan)
  } catch (thrown) {
    // What is wrong with the dag is told in its own words.
    if (!(thrown instanceof DagmarError) || isDag(exported)) throw thrown
    throw misuse(
      `${path} exports no dag by default.`,
      "End it with export default dag('name')…, or run it with node if it is a program.",
    )
  }
}

function isDag(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'plan' in value
}

function isUnreadType(thrown: unknown): boolean {
  return isRecord(thrown) && thrown['code'] === 'ERR_UNKNOWN_FILE_EXTENSION'
}

function misuse(message: string, hint?: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message, ...(hint === undefined ? {} : { hint }) })
}
