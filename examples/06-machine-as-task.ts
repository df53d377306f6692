// Shows a task whose work is a state machine of one's own: its input comes from the dag, its output goes on in it.
// Prints the states that the machine went through inside the task, and what the dependents made of its output.
import { createRuntime, dag, logic } from 'dagmar'
import { assign, setup } from 'xstate'

interface Brew {
  readonly grams: number
  readonly degrees: number
}

const kettleMachine = setup({
  types: {} as { context: Brew; input: { grams: number }; output: Brew },
  actions: {
    heat: assign({ degrees: ({ context }) => context.degrees + 25 }),
    tell: ({ context }, { state }: { state: string }) => console.log(`  ${state} at ${context.degrees} °C`),
  },
  guards: { isHot: ({ context }) => context.degrees >= 95 },
}).createMachine({
  id: 'kettle',
  context: ({ input }) => ({ grams: input.grams, degrees: 20 }),
  initial: 'heating',
  states: {
    heating: {
      entry: ['heat', { type: 'tell', params: { state: 'heating' } }],
      always: { guard: 'isHot', target: 'steeping' },
      after: { 20: { target: 'heating', reenter: true } },
    },
    steeping: {
      entry: { type: 'tell', params: { state: 'steeping' } },
      after: { 40: 'poured' },
    },
    poured: { type: 'final', entry: { type: 'tell', params: { state: 'poured' } } },
  },
  output: ({ context }) => context,
})

const teatime = dag('teatime')
  .task('leaves', () => 12)
  // Each attempt spawns the machine as an actor below the task's own; a kill or a timeout would stop it.
  .task(
    'kettle',
    { needs: ['leaves'], timeout: '2s' },
    logic(kettleMachine, ({ inputs }) => ({ grams: inputs.leaves })),
  )
  .task('cups', { needs: ['kettle'] }, ({ inputs }) => Math.floor(inputs.kettle.grams / 2.5))

console.log('The kettle, as a task:')
const outputs = await createRuntime().run(teatime)
console.log(`${outputs.cups} cups, brewed from ${outputs.kettle.grams} g at ${outputs.kettle.degrees} °C.`)
