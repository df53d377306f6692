import { Argument, type Command } from 'commander'

const examples = `
Examples, in a script that a task runs:
  dagmar tell progress 40 "half of the files"
  dagmar tell output '{"bundle":"app.js"}'
  answer=$(dagmar tell ask "Overwrite it?")
  dagmar tell retry-after 30s; exit 1

  progress    how far it is, from 0 to 100, and perhaps a text
  heartbeat   that it is at work
  warn        what people should see
  output      the output of the task, as JSON; the last one counts
  ask         a question: waits, and prints the answer; with --answer-within 5m no longer than
              that, when --default-answer no is the answer, if it is given
  usage       what it has used, as JSON: model, inputTokens, outputTokens, costUsd
  session     the id of a session that the next attempt of its agent goes on with
  retry-after if the command fails: when the next attempt may start
  terminal    if the command fails: why no further attempt helps

Exit codes: 0 heard, 1 nobody hears it, or it was not understood, 2 not within a command of
dagmar, or called in a wrong way.
`

const words = [
  'progress',
  'heartbeat',
  'warn',
  'output',
  'ask',
  'usage',
  'session',
  'retry-after',
  'terminal',
]

/** `dagmar tell`: speaks for the command that it is called in. What it does is loaded when it is called. */
export function addTellCommand(program: Command): void {
  program
    .command('tell')
    .summary('say something to dagmar from within a command')
    .description('Tells the run how the task is doing that this command belongs to.')
    .addArgument(new Argument('<what>', 'what is told').choices(words))
    .argument('[words...]', 'the rest of it')
    .allowUnknownOption()
    .addHelpText('after', examples)
    .action(async (what: string, rest: readonly string[], _flags: unknown, command: Command) => {
      const { tellCommand } = await import('./tell/tell-command.ts')
      process.exitCode = await tellCommand([what, ...rest].join(' '), process.env, command.configureOutput())
    })
}
