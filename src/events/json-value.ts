/** What `JSON.stringify` writes and `JSON.parse` gives back as it was. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }
