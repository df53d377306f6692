import type { Fact, Failure } from 'dagmar'

type FactOf<Type> = Extract<Fact, { readonly type: Type }>

const of = (taskId: string, seq: number) => ({ seq, at: 1_000, runId: 'r', taskId, attempt: 1 }) as const

export function stalled(taskId: string, seq: number): FactOf<'task.stalled'> {
  return { ...of(taskId, seq), type: 'task.stalled', silentMs: 60_000 }
}

export function asked(taskId: string, seq: number, question: string): FactOf<'task.asked'> {
  return { ...of(taskId, seq), type: 'task.asked', of: 'handler', question }
}

export function failure(message: string): Failure {
  return { code: 'COMMAND_FAILED', message, severity: 'error', retryable: true, at: 0 }
}
