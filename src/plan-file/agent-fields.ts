import * as v from 'valibot'
import { run } from './run-field.ts'
import { field, described, integer, mustBe, oneOf, positiveDuration, program, text } from './schema-parts.ts'

const names = v.array(text, 'texts')

/** The fields of a task that is done by an agent. */
export const agentFields = {
  requires: field(names, 'The capabilities of the agent that does the task.'),
  agent: field(text, 'The id of the agent that does the task.'),
  fallback: field(
    names,
    'The agents that the task moves on to, by id, when those before it cannot take it or have failed it.',
  ),
  model: field(text, 'The model that its agent uses, for the allowances of agents.'),
}

const tokens = v.record(text, integer(0), 'tokens by model')

const allowance = v.strictObject(
  {
    dailyTokens: field(integer(0), 'Tokens a day, input and output together. 0 for any number.'),
    dailyJobs: field(integer(0), 'Attempts a day. 0 for any number.'),
    concurrentJobs: field(integer(0), 'Attempts at once. 0 for any number.'),
    longestJob: field(positiveDuration, 'Longest one attempt may run.'),
    models: field(names, 'The models that it may use, for tasks that say one. By default any.'),
    modelTokens: field(tokens, 'Tokens a day by model. 0 for any number.'),
    onOverrun: field(
      oneOf(['warn', 'kill']),
      'What happens to an attempt that uses more than is left: its task is warned, or it is ended.',
      { default: 'warn' },
    ),
  },
  'an allowance has limits such as dailyTokens',
)

export const agent = v.strictObject(
  {
    id: described(text, 'Unique among the agents.'),
    capabilities: field(names, 'What it can do: tasks that require other things do not go to it.', {
      default: [],
    }),
    maxLoad: field(integer(0), 'How many attempts it takes at once; 0 for any number.', { default: 1 }),
    models: field(names, 'The same as models in allowance.'),
    allowance: field(allowance, 'What it may spend. Days begin at 00:00 UTC. By default anything.'),
    run: field(
      run,
      'The command that carries out a task which has a prompt: ${{ prompt }} stands for the prompt as one word, ${{ promptFile }} for the path of a file with it, ${{ model }} for the model of the task.',
    ),
    resume: field(
      run,
      'The command in place of run for a task that goes on with a session: ${{ session }} stands for its id.',
    ),
    close: field(
      run,
      'The command that is run when a session is closed: ${{ session }} stands for its id. It has 10 seconds.',
    ),
    keep: field(v.boolean(mustBe('true or false')), 'True where its sessions outlive their runs.', {
      default: false,
    }),
    idle: field(positiveDuration, 'How long a kept session waits before it is closed.', { default: '10m' }),
    shell: field(program, 'What reads a command that is one text, by its -c.', { default: '/bin/sh' }),
    stdin: field(
      v.literal('prompt', mustBe('prompt')),
      'Gives the prompt to the command on its stdin. Otherwise its stdin is empty.',
    ),
    speaks: field(
      v.boolean(mustBe('true or false')),
      'True where all that the command prints is its own word: see speaks of tasks.',
      { default: false },
    ),
  },
  'an agent has an id',
)

export const agents = field(v.array(agent, 'agents'), 'Who does the tasks that ask for an agent.')

/** An agent as it was written, after its shape was accepted. */
export type WrittenAgent = v.InferOutput<typeof agent>
