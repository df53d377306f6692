import { readInteger } from '../graph/read-values.ts'
import { writtenText } from './written-json.ts'

export interface InjectInputsOptions {
  /** Most characters of each dependency's output. Integer ≥ 1, or Infinity. @default 10_000 */
  readonly limit?: number
}

/**
 * A task's inputs as one text, for a prompt: under the id of each dependency its output, a text as it is and anything
 * else as JSON. One that is cut says how long it was. Throws `CONFIG_INVALID` for a bad limit, and what `JSON.stringify`
 * throws for an output that is no JSON.
 */
export function injectInputs(
  inputs: Readonly<Record<string, unknown>>,
  { limit = 10_000 }: InjectInputsOptions = {},
): string {
  readInteger(limit, 'injectInputs.limit', 1, true)
  return Object.entries(inputs)
    .filter(([, output]) => output !== undefined)
    .map(([taskId, output]) => {
      const text = typeof output === 'string' ? output : (writtenText(output) ?? JSON.stringify(output))
      return `## ${taskId}\n${text.length > limit ? cut(text, limit) : text}`
    })
    .join('\n\n')
}

function cut(text: string, limit: number): string {
  // Not in the middle of a character.
  const end = /[\ud800-\udbff]/.test(text[limit - 1]!) ? limit - 1 : limit
  return `${text.slice(0, end)}\n[cut: the first ${end} of ${text.length} characters]`
}
