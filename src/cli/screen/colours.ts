import pc from 'picocolors'

/**
 * The meaning of a part of a text, which decides its colour. `own`: the text has colours of its own, and nothing else
 * for the terminal.
 */
export type Tone = 'plain' | 'faint' | 'strong' | 'good' | 'bad' | 'odd' | 'busy' | 'own'

/** Colours a text. Returns it unchanged where colours are off. */
export type Paint = (text: string, tone: Tone) => string

export interface ColourChoice {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isTerminal: boolean
  /** `--no-color` was given. */
  readonly isRefused: boolean
}

/**
 * `--no-color` and NO_COLOR switch colours off, FORCE_COLOR switches them on (with 0 or false, off); else they are on
 * for a terminal that is not dumb.
 */
export function wantsColours({ env, isTerminal, isRefused }: ColourChoice): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force, TERM: term } = env
  if (isRefused || no !== '') return false
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTerminal && term !== 'dumb'
}

/** The FORCE_COLOR of commands whose output goes to this stream. None where it is no terminal. */
export function commandColours(stream: NodeJS.WriteStream): 1 | 2 | 3 | undefined {
  if (!stream.isTTY) return undefined
  const depth = stream.getColorDepth()
  return depth >= 24 ? 3 : depth >= 8 ? 2 : 1
}

export function painter(isColoured: boolean): Paint {
  if (!isColoured) return (text, tone) => (tone === 'own' ? text.replace(ownColours, '') : text)
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
      case 'own':
        // A colour that is left on would reach what follows.
        return text.includes('\u001b') ? `${text}\u001b[0m` : text
    }
  }
}

// oxlint-disable-next-line no-control-regex
const ownColours = /\u001b\[[\d;:]*m/g
