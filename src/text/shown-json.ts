/**
 * A JSON text without characters that a terminal would act on, or that change the direction of writing: they can only
 * stand inside of its strings, where an escape means the same. JSON itself escapes no more than the first 32.
 */
export function shownJson(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f\u2028\u2029\p{Bidi_C}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
