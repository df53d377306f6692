import { type ActorRefFromLogic, type AnyActorRef, createActor, setup } from 'xstate'
import { compile } from '../../../src/runtime/compile/compile.ts'
import type { Contender, Workload } from '../workload.ts'

interface Task {
  readonly index: number
  readonly start: (index: number, self: AnyActorRef) => void
}

type TaskEvent = { readonly type: 'task.grant' | 'attempt.started' | 'attempt.completed' }

const task = compile(
  setup({
    types: {} as { context: Task; input: Task; output: number; events: TaskEvent },
    actions: { start: ({ context, self }) => context.start(context.index, self) },
  }).createMachine({
    id: 'task',
    initial: 'dispatched',
    context: ({ input }) => input,
    output: ({ context }) => context.index,
    states: {
      dispatched: { on: { 'task.grant': 'starting' } },
      starting: { on: { 'attempt.started': 'running' } },
      running: { entry: 'start', on: { 'attempt.completed': 'completed' } },
      completed: { type: 'final' },
    },
  }),
  { ownContext: true },
)

interface Run {
  readonly begin: (self: AnyActorRef) => void
  readonly settle: (index: number, self: AnyActorRef) => void
}

type RunEvent =
  | { readonly type: 'run.start' | 'run.settled' }
  | { readonly type: 'xstate.done.actor.task'; readonly output: number }

const dag = compile(
  setup({
    types: {} as { context: Run; input: Run; events: RunEvent },
    actions: {
      begin: ({ context, self }) => context.begin(self),
      settle: ({ context, event, self }) => {
        if (event.type === 'xstate.done.actor.task') context.settle(event.output, self)
      },
    },
  }).createMachine({
    id: 'dag',
    initial: 'running',
    context: ({ input }) => input,
    states: {
      running: {
        on: {
          'run.start': { actions: 'begin' },
          'xstate.done.actor.task': { actions: 'settle' },
          'run.settled': 'completed',
        },
      },
      completed: { type: 'final' },
    },
  }),
  { ownContext: true },
)

/**
 * What any dag costs whose tasks are XState actors with the states of dagmar's, driven by tables as these are: Kahn's
 * algorithm, and an actor for each task. No names, facts, results, failures, kills or limits.
 */
export const actors: Contender = {
  prepare: (workload) => ({
    run: () =>
      new Promise<void>((resolve) => {
        const run = createActor(dag, { input: runOf(workload) })
        run.subscribe({ complete: resolve })
        run.start()
        run.send({ type: 'run.start' })
      }),
  }),
}

function runOf({ needs, body }: Workload): Run {
  const dependents: number[][] = needs.map(() => [])
  const unmet = new Int32Array(needs.length)
  for (const [index, from] of needs.entries()) {
    unmet[index] = from.length
    for (const need of from) dependents[need]!.push(index)
  }
  let left = needs.length
  const start = (index: number, self: AnyActorRef): void => {
    void body(index).then(() => self.send({ type: 'attempt.completed' }))
  }
  const spawn = (index: number, parent: AnyActorRef): void => {
    const actor: ActorRefFromLogic<typeof task> = createActor(task, {
      parent,
      id: 'task',
      input: { index, start },
    })
    ;(actor as unknown as { start(): void }).start()
    actor.send({ type: 'task.grant' })
    actor.send({ type: 'attempt.started' })
  }
  return {
    begin: (self) => {
      for (const [index, from] of needs.entries()) if (from.length === 0) spawn(index, self)
    },
    settle: (index, self) => {
      for (const dependent of dependents[index]!) if (--unmet[dependent]! === 0) spawn(dependent, self)
      if (--left === 0) self.send({ type: 'run.settled' })
    },
  }
}
