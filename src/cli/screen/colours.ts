import pc from 'picocolors'

/** What a stretch of text is, not how it looks. */
export type Tone = 'plain' | 'faint' | 'strong' | 'good' | 'bad' | 'odd' | 'busy'

/** Dresses a text; leaves it as it is where colours are off. */
export type Paint = (text: string, tone: Tone) => string

export interface ColourChoice {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isTerminal: boolean
  /** `--no-color` was given. */
  readonly isRefused: boolean
}

/** `--no-color` and NO_COLOR forbid, FORCE_COLOR demands (0 and false forbid), else a terminal decides that is not dumb. */
export function wantsColours({ env, isTerminal, isRefused }: ColourChoice): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force, TERM: term } = env
  if (isRefused || no !== '') return false
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTerminal && term !== 'dumb'
}

export function painter(isColoured: boolean): Paint {
  if (!isColoured) return (text) => text
  const { dim, bold, green, red, yellow, cyan } = pc.createColors(true)
  return (text, tone) => {
    switch (tone) {
      case 'plain':
        return text
      case 'faint':
        return dim(text)
      case 'strong':
        return bold(text)
      case 'good':
        return green(text)
      case 'bad':
        return red(text)
      case 'odd':
        return yellow(text)
      case 'busy':
        return cyan(text)
    }
  }
}
