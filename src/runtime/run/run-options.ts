/** What a run was dispatched with, checked and filled in. */
export interface RunOptions {
  readonly id: string
  readonly input: unknown
  readonly labels: Readonly<Record<string, string>>
  readonly idempotencyKey: string | undefined
  readonly concurrency: number
  readonly pools: Readonly<Record<string, number>>
  readonly timeoutMs: number
}
