import * as v from 'valibot'
import { field, text } from './schema-parts.ts'

const names = v.array(text, 'texts')

/** The fields of a task that is done by an agent. */
export const agentFields = {
  requires: field(
    names,
    'The capabilities of the agent that does the task. dagmar run has no agents: they come with the program that runs the plan.',
  ),
  agent: field(text, 'The id of the agent that does the task.'),
  fallback: field(
    names,
    'The agents that the task moves on to, by id, when those before it cannot take it or have failed it.',
  ),
  model: field(text, 'The model that its agent uses, for the allowances of agents.'),
}
