import { shownText } from '../../text/shown-text.ts'

/** What is said on stderr beside the id. */
export function dispatchedNote(
  name: string,
  paint: (text: string, style: 'good' | 'faint') => string = (text) => text,
): string {
  return `${paint('✓ dispatched', 'good')} ${shownText(name)}${paint('; dagmar jobs lists the jobs, dagmar attach watches the latest', 'faint')}`
}
