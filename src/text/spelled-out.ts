/**
 * Foreign text for a message: characters that would move the cursor, change the direction of writing or begin a line
 * are spelled out, as in `\u001b`. Unlike `shownText` it drops nothing, so that the author of the text can find the
 * place.
 */
export function spelledOut(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
