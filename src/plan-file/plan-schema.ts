import * as v from 'valibot'
import { builtInExecutors } from '../executors/built-in.ts'
import { defaultOptions, onFailures, priorities, severities } from '../graph/options.ts'
import { orders } from '../graph/plan.ts'
import { ruleNames } from '../graph/rules.ts'
import { agentFields, agents } from './agent-fields.ts'
import { run } from './run-field.ts'
import { retry, stall } from './retry-fields.ts'
import {
  described,
  duration,
  field,
  integer,
  mustBe,
  name,
  oneOf,
  positiveDuration,
  program,
  reference,
  scalar,
  text,
} from './schema-parts.ts'
import { questionFields } from './question-fields.ts'

/*
 * The shape of a plan file: everything that can be checked in one value without looking at others. The reader
 * (judge-shape.ts), the type WrittenPlan and schema/plan.schema.json (npm run schema) are all made from it.
 */

const poolName = v.pipe(v.string(), v.regex(/\S/, 'is no name for a pool.'))

export const amounts = v.record(poolName, integer(1), 'amounts by pool')

const variableName = v.pipe(
  v.string(),
  v.regex(/^[^-=\0][^=\0]*$/, 'is no name for an environment variable.'),
)

export const environment = v.record(variableName, scalar, 'texts by name')

const priorityNames = Object.keys(priorities) as (keyof typeof priorities)[]
const priorityMessage = mustBe(`an integer or one of ${priorityNames.join(', ')}`)

const priority = v.union(
  [oneOf(priorityNames), v.pipe(v.number(priorityMessage), v.safeInteger(priorityMessage))],
  priorityMessage,
)

const withoutCommands = Object.entries(builtInExecutors).flatMap(([name, { carriesCommands }]) =>
  carriesCommands ? [] : [name],
)

const executor = v.pipe(
  text,
  v.notValues(withoutCommands, ({ input }) => `is '${input}', which carries out no commands.`),
)

/** The options that a task and `defaults` share. */
const sharedFields = {
  when: field(
    oneOf(ruleNames),
    'The rule over the settled dependencies. When it is met the task may start; when it can no longer be met, the task is skipped.',
    { default: defaultOptions.when },
  ),
  onFailure: field(
    oneOf(onFailures),
    'What happens once the attempts are used up: skip what cannot go on, abort the run, ignore the failure, or ask a person.',
    { default: defaultOptions.onFailure },
  ),
  severity: field(
    oneOf(severities),
    'How grave a failure is. A critical one ends the run, whatever onFailure says.',
    { default: defaultOptions.severity },
  ),
  ...questionFields,
  retry: field(retry, 'How often, and after which waits, a failed attempt is followed by another.'),
  timeout: field(
    positiveDuration,
    'Longest one attempt may run. Past it the attempt is ended and fails, and may be retried.',
  ),
  startTimeout: field(positiveDuration, 'Longest an attempt may take to start.', {
    default: defaultOptions.startTimeout,
  }),
  stall: field(
    stall,
    'When a silent attempt counts as stalled, and when it is ended for that; false never.',
    {
      default: { after: '60s' },
    },
  ),
  killGrace: field(
    duration,
    'How long an attempt may take to end after SIGTERM. Past it its process group gets SIGKILL.',
    { default: defaultOptions.killGrace },
  ),
  maxInterruptions: field(
    integer(0),
    'How often an attempt may be cut off by the death of dagmar itself. Cut off once more, the task fails.',
    { default: defaultOptions.maxInterruptions },
  ),
  priority: field(priority, 'Among ready tasks, higher starts first: a name, or any integer. medium is 0.', {
    default: defaultOptions.priority,
  }),
  estimate: field(
    duration,
    'How long the task probably runs. With any estimate, the tasks on the longest path start first.',
  ),
  executor: field(
    executor,
    'The name of the executor that carries out the attempts, among those of the runtime that the plan is given to. dagmar run has no other than process.',
    { default: 'process' },
  ),
  ...agentFields,
  uses: field(amounts, 'How much of which pools an attempt holds, such as { gpu: 1 }.'),
  env: field(
    environment,
    "Environment variables on top of those that dagmar was started with. A task's are merged over those of defaults.",
  ),
  envFile: field(
    v.union([text, v.array(text, 'file names')], mustBe('a text that is not empty')),
    "A file of KEY=VALUE lines, or several; env wins over it. Relative to the plan file's folder.",
  ),
  cwd: field(text, "The directory that the command runs in. Relative to the plan file's folder.", {
    default: '.',
  }),
  shell: field(program, 'What reads a command that is one text, by its -c.', { default: '/bin/sh' }),
  stdin: field(
    v.literal('answers', mustBe('answers')),
    'Gives the command a stdin on which the answers to its questions come, a line each. Otherwise its stdin is empty.',
  ),
  speaks: field(
    v.boolean(mustBe('true or false')),
    "True where all that the command prints is its own word: then lines of its stdout may be '::dagmar output', 'ask', 'retry-after' and 'terminal', too.",
    { default: false },
  ),
  worktree: field(
    v.boolean(mustBe('true or false')),
    'True for a worktree of git for each attempt: it runs in a copy of what is checked out, on a branch of its own, which stays where it has changed anything.',
    { default: false },
  ),
  git: field(
    v.literal('snapshot', mustBe('snapshot')),
    "With snapshot the state of the repository is recorded as a commit before the task's first attempt. Where that fails nothing is run.",
  ),
  teardown: field(
    v.boolean(mustBe('true or false')),
    'True for a task that tidies up: it also runs when the run is ended early, once what it needs has ended. By default it runs when: all-settled, timeout: 1m.',
    { default: defaultOptions.teardown },
  ),
}

/** The options that make no sense without a command. */
export const fieldsOfCommands = [
  'env',
  'envFile',
  'cwd',
  'shell',
  'stdin',
  'speaks',
  'worktree',
  'git',
  'executor',
] as const

/** What a task with a prompt leaves to its agent. */
export const notWithPrompt = ['run', 'shell', 'stdin', 'executor'] as const

export const axisName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][\w-]*$/, 'is no name for an axis: use letters, digits, - and _.'),
)

/** What is to be left out. Whether its fields are axes is checked later. */
const combination = v.record(v.string(), scalar, 'values by axis')

export const matrix = v.pipe(
  v.objectWithRest(
    {
      include: field(
        v.array(v.record(axisName, scalar, 'values by axis'), 'combinations'),
        'Values to add to each combination that has the values of an entry for its axes; where none has, the entry is a combination of its own.',
      ),
      exclude: field(
        v.array(combination, 'combinations'),
        'Combinations to leave out: those that agree with all values of an entry.',
      ),
    },
    described(
      v.pipe(v.array(scalar, 'one or more texts, numbers or booleans'), v.minLength(1)),
      'An axis: its values.',
    ),
    'lists by axis, such as { node: [20, 22] }',
  ),
  v.minEntries(1),
  v.metadata({ propertyNames: { pattern: axisName.pipe[1].requirement.source } }),
)

/** The JSON Schema of what has a field. */
function having(name: string, description: string) {
  return { properties: { [name]: { description } }, required: [name] }
}

const taskFields = v.strictObject(
  {
    run: field(
      run,
      'The command. A text is given to the shell; a list is a program and its arguments, run without a shell. A task without one is a group: it completes when what it needs has.',
    ),
    needs: field(
      v.array(reference, 'task ids'),
      'The tasks to wait for, by id. The id of a task with a matrix means all that it stands for.',
      { default: [] },
    ),
    matrix: field(
      matrix,
      'Makes a task of every combination of values, such as test(20, linux). The values are in MATRIX_NODE and the like, and replace ${{ matrix.node }} in run, prompt, needs, env, envFile and cwd.',
    ),
    prompt: field(
      text,
      'In place of run: what the agent of the task is asked to do, by the command of that agent. ${{ inputs }} and the like are filled in as they are.',
    ),
    ...sharedFields,
  },
  'every task has a command to run',
)

export const task = v.pipe(
  taskFields,
  v.metadata({
    anyOf: [
      { ...having('run', 'A command.'), not: having('prompt', 'Not beside run.') },
      {
        ...having('prompt', 'A prompt for an agent.'),
        not: { anyOf: notWithPrompt.map((field) => having(field, 'Not beside prompt.')) },
      },
      {
        properties: { needs: { type: 'array', minItems: 1, description: 'A group.' } },
        required: ['needs'],
        not: { anyOf: [having('run', 'Not in a group.'), having('prompt', 'Not in a group.')] },
      },
    ],
    dependencies: Object.fromEntries(
      fieldsOfCommands.map((field) => [
        field,
        { anyOf: [having('run', 'A command.'), having('prompt', 'A prompt for an agent.')] },
      ]),
    ),
  }),
)

export const defaults = v.strictObject(sharedFields)

const optimise = v.strictObject({
  effort: field(
    integer(0),
    'How many schedules of a dag of 100 tasks are tried at most; of a larger dag fewer. 8000, about 100 ms, by default.',
  ),
  seed: field(integer(0), 'What chance depends on. 1 by default.'),
  timeCap: field(
    positiveDuration,
    'Longest the search may take: then the best list so far is taken. None by default.',
  ),
})

/** What a run tells of. */
export const notifiedEvents = ['stalled', 'asked', 'failed', 'completed'] as const

// Without the value: an address may have a secret in it.
const urlMessage = (): string =>
  'must be an address that begins with http:// or https://, without blanks, or the name of a variable that holds one, such as $HOOK.'

const notificationFields = v.strictObject(
  {
    url: field(
      v.pipe(
        v.string(urlMessage),
        v.regex(/^(?:\$[A-Za-z_]\w*|https?:\/\/[^\s$\\]+)$/, urlMessage),
        v.check((given) => given.startsWith('$') || URL.canParse(given), urlMessage),
      ),
      'An address that gets the notification as a POST of JSON, or the variable of the environment that holds it, such as $HOOK.',
    ),
    run: field(
      run,
      'A command that gets the notification as JSON on its stdin, and its event in DAGMAR_EVENT.',
    ),
    bell: field(v.literal(true, mustBe('true')), 'Rings the bell of the terminal that the run is shown on.'),
    on: field(
      v.pipe(v.array(oneOf(notifiedEvents), `one or more of ${notifiedEvents.join(', ')}`), v.minLength(1)),
      'What is told: a task stalled, a task asked, the run failed or was ended, the run completed.',
      { default: notifiedEvents },
    ),
  },
  'a notification has a url, a command to run, or bell: true',
)

/** The fields of which a notification has one. */
export const waysToNotify = ['url', 'run', 'bell'] as const

export const notification = v.pipe(
  notificationFields,
  v.metadata({
    oneOf: waysToNotify.map((way) => ({
      properties: { [way]: { description: `Notifies by ${way}.` } },
      required: [way],
    })),
  }),
)

const notifications = v.array(notification, 'notifications')

export const planSchema = v.pipe(
  v.strictObject(
    {
      name: field(name, "What the plan is called. By default the file's name without its ending."),
      input: field(v.unknown(), "The run's input, any value: tasks get it as JSON in DAGMAR_INPUT."),
      concurrency: field(integer(1), 'Most tasks that run at once.', { default: 4 }),
      pools: field(amounts, 'Resources that tasks share, such as { gpu: 2 }: see uses.'),
      timeout: field(
        positiveDuration,
        'Longest the whole run may take. Past it the run is killed and fails.',
      ),
      order: field(
        oneOf(orders),
        'How ready tasks of equal priority are ordered. optimised looks for a better list before the run. By default critical-path when any task has an estimate, else fifo.',
      ),
      optimise: field(
        optimise,
        'How a better list than that by critical path is looked for before the run, where order is optimised.',
      ),
      notify: field(notifications, 'Who is told while `dagmar run` runs the plan, and of what.'),
      agents,
      defaults: field(defaults, 'Options for every task that does not say otherwise.'),
      tasks: described(v.record(name, task, 'tasks by id'), 'The tasks by id.'),
      $schema: field(v.string(mustBe('a text')), 'This schema, for editors.'),
    },
    'a plan has tasks by id',
  ),
  v.metadata({
    title: 'A plan of dagmar',
    description: 'Commands and what they need, run by `dagmar run`.',
    // The usual place for values that anchors name.
    patternProperties: { '^x-': { description: 'Ignored: a place for anchors.' } },
  }),
)

/** The user's own configuration. */
export const configurationSchema = v.strictObject(
  {
    notify: field(notifications, 'Who is told of every run, and of what.'),
    agents,
    jobs: field(
      v.strictObject(
        {
          concurrency: field(integer(1), 'Most tasks of all jobs that run at once.', { default: 4 }),
          pools: field(amounts, 'Resources that the tasks of all jobs share, such as { gpu: 2 }.'),
          logBytes: field(
            integer(1024),
            'Most bytes of the output of one attempt in one file. As many are kept of what came before.',
            { default: 16777216 },
          ),
          redact: field(
            v.array(v.string(mustBe('a text')), 'names of variables'),
            'Variables that are written nowhere, by name; * stands for any letters, as in *_TOKEN.',
          ),
        },
        'what is set for jobs has fields such as concurrency',
      ),
      'How the supervisor runs jobs.',
    ),
  },
  'a configuration has fields such as notify',
)

/** A plan file as it was written, after its shape was accepted. Durations are texts, or 0. */
export type WrittenPlan = v.InferOutput<typeof planSchema>
export type WrittenTask = v.InferOutput<typeof task>
export type WrittenDefaults = v.InferOutput<typeof defaults>
export type WrittenNotification = v.InferOutput<typeof notification>
