import { listed } from '../../text/listed.ts'
import { shownText } from '../../text/shown-text.ts'

/** What is said on stderr beside the id. */
export function dispatchedNote(
  name: string,
  after: readonly string[] = [],
  paint: (text: string, style: 'good' | 'faint') => string = (text) => text,
): string {
  return `${paint('✓ dispatched', 'good')} ${shownText(name)}${after.length === 0 ? '' : `, after ${listed(after)}`}${paint('; dagmar jobs lists the jobs, dagmar attach watches the latest', 'faint')}`
}
