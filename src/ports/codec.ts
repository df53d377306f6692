/** How outputs are kept in a store, and what is made of them again. */
export interface Codec {
  /**
   * What is kept of an output: JSON, or undefined for nothing. An attempt for whose output this throws fails with
   * `OUTPUT_NOT_SERIALISABLE`.
   */
  encode(output: unknown): unknown
  /** What dependents get, in the run that made the output and in one that is recovered: from the same JSON the same. */
  decode(kept: unknown): unknown
}

/** What is kept out of facts, journals and logs. A value that is found there is `[redacted]`. */
export interface RedactOptions {
  /** Environment variables, by name or by a pattern of names. Their values are found in every text. @default [] */
  readonly environment?: readonly (string | RegExp)[]
  /** Places in the run's input, as `db.password`, `''` for all of it, or by a pattern of places. @default [] */
  readonly inputs?: readonly (string | RegExp)[]
  /** Outputs, as `login`, or places in them, as `login.token`, or by a pattern of places. @default [] */
  readonly outputs?: readonly (string | RegExp)[]
}
