/** What is known of an executor that every runtime has. */
export interface BuiltIn {
  /** Whether it carries out commands, as plan files have them. */
  readonly carriesCommands: boolean
  /** Whether an attempt starts as soon as it is asked for. */
  readonly startsAtOnce: boolean
  /** Whether it can force an attempt to end. A handler in this process cannot be forced. */
  readonly isForceable: boolean
  /** Whether its work can say that a failure is final, or how grave it is. A command says a number only. */
  readonly canJudgeFailures: boolean
  /** Whether its work runs in this process, where it may wait for runs of its own runtime. */
  readonly worksHere: boolean
}

/** The executors that every runtime has. What makes each is in `readExecutors` in `runtime/options.ts`. */
export const builtInExecutors = {
  inline: {
    carriesCommands: false,
    startsAtOnce: true,
    isForceable: false,
    canJudgeFailures: true,
    worksHere: true,
  },
  'actor-logic': {
    carriesCommands: false,
    startsAtOnce: true,
    isForceable: true,
    canJudgeFailures: true,
    worksHere: true,
  },
  process: {
    carriesCommands: true,
    startsAtOnce: false,
    isForceable: true,
    canJudgeFailures: false,
    worksHere: false,
  },
} as const satisfies Readonly<Record<string, BuiltIn>>

export type BuiltInName = keyof typeof builtInExecutors

const byName: Readonly<Record<string, BuiltIn>> = builtInExecutors

/** Of an executor of the user's own nothing is known: what is safe to assume. */
export function traitsOf(executor: string): BuiltIn {
  return Object.hasOwn(byName, executor) ? byName[executor]! : ownExecutor
}

const ownExecutor: BuiltIn = {
  carriesCommands: true,
  startsAtOnce: false,
  isForceable: true,
  canJudgeFailures: true,
  worksHere: false,
}
