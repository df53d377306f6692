import { parseArgs } from 'node:util'
import { type ContenderName, contenderNames } from './contenders/registry.ts'

export const sections = [
  'times',
  'latency',
  'heap',
  'growth',
  'kill',
  'dispatch',
  'runs',
  'agents',
  'import',
  'before-after',
] as const

export type Section = (typeof sections)[number]

/** How much is measured: under two minutes, under ten, or all there is. */
export type Level = 'quick' | 'default' | 'full'

export interface Options {
  readonly level: Level
  readonly sections: readonly Section[]
  readonly contenders: readonly ContenderName[]
  /** The contenders were asked for by name. */
  readonly named: boolean
  readonly peers: boolean
  readonly json: string | undefined
}

export const help = `Measures what a task costs in dagmar, and in its peers.

  npm run bench [-- options]

  --quick        fewer sizes and rounds, under two minutes
  --full         everything, with more rounds: half an hour or more
  --only <what>  a section or a contender; may be given several times
  --no-peers     without other libraries, and without installing them
  --json <file>  writes all that was measured, every round of it
  --help

  sections    ${sections.join(', ')}
  contenders  ${contenderNames.join(', ')}

Exits with 1 when a contender fails, and with 0 when a goal is missed: machines differ.
`

/** Throws with a sentence for arguments that make no sense. Undefined if help is asked for. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      'no-peers': { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  if (values.quick && values.full) throw new Error('--quick and --full exclude each other.')
  const only = values.only.flatMap((value) => value.split(','))
  const unknown = only.find((what) => !isSection(what) && !isContender(what))
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is no such section or contender.`)
  const asked = only.filter(isContender)
  const askedSections = only.filter(isSection)
  return {
    level: values.quick ? 'quick' : values.full ? 'full' : 'default',
    sections:
      askedSections.length > 0 ? askedSections : asked.length > 0 ? ['times', 'latency', 'heap'] : sections,
    contenders: asked.length > 0 ? [...new Set<ContenderName>(['bare', ...asked])] : contenderNames,
    named: asked.length > 0,
    peers: !values['no-peers'],
    json: values.json,
  }
}

function isSection(what: string): what is Section {
  return sections.some((section) => section === what)
}

function isContender(what: string): what is ContenderName {
  return contenderNames.some((name) => name === what)
}
