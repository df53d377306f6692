/**
 * The keys in what a terminal sends: a character is itself, other keys have names such as `<up>` and `<ctrl-c>`. The
 * sequence of a key arrives as a whole. Keys that nobody needs are left out.
 */
export function keysIn(text: string): readonly string[] {
  return Array.from(text.matchAll(anyKey), ([piece, parameters, final, short]) => {
    if (!piece.startsWith('\u001b')) return named[piece] ?? (piece < ' ' ? '' : piece)
    if (piece === '\u001b') return '<escape>'
    if (final === '~') return numbered[parameters ?? ''] ?? ''
    // A key with Shift or Alt is another key.
    return parameters === undefined || parameters === '' ? (lettered[final ?? short ?? ''] ?? '') : ''
  }).filter((key) => key !== '')
}

// oxlint-disable-next-line no-control-regex
const anyKey = /\u001b(?:\[([\d;]*)[ -/]*([@-~])|O(.)|[^\u001b])?|[\s\S]/gu

const named: Readonly<Record<string, string>> = {
  '\r': '<enter>',
  '\n': '<enter>',
  '\u007f': '<backspace>',
  '\b': '<backspace>',
  '\u0003': '<ctrl-c>',
  '\u000f': '<ctrl-o>',
  '\u0015': '<ctrl-u>',
  '\u0019': '<ctrl-y>',
  '\u001a': '<ctrl-z>',
  '\u001c': '<ctrl-\\>',
}

const lettered: Readonly<Record<string, string>> = {
  A: '<up>',
  B: '<down>',
  H: '<home>',
  F: '<end>',
}

const numbered: Readonly<Record<string, string>> = {
  '1': '<home>',
  '4': '<end>',
  '5': '<page-up>',
  '6': '<page-down>',
  '7': '<home>',
  '8': '<end>',
}
