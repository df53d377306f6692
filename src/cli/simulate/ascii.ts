const glyphs: Readonly<Record<string, string>> = {
  '█': '#',
  '▓': '=',
  '▒': '=',
  '░': 'x',
  '·': '.',
  '┄': '-',
  '▏': '|',
  '→': '>',
  '…': '~',
  '←': '<',
}

/** The text without any character beyond ASCII; escape codes are left as they are. */
export function asciiOf(text: string): string {
  return text.replaceAll(/\P{ASCII}/gu, (character) => glyphs[character] ?? '?')
}
