import { type Command, Option } from 'commander'
import type { AgentFaultKind } from '../check/variants/agent-fault.ts'
import type { DagFaultKind } from '../check/variants/fault.ts'
import type { TestFlags } from './test/test-command.ts'

const examples = `
Examples:
  dagmar test plan.yaml                        every single fault, then 200 random runs
  dagmar test plan.yaml --runs 5000 --seed 7   look longer, and elsewhere
  dagmar test plan.yaml --only deploy          deploy, and what it needs
  dagmar test plan.yaml --faults fails hangs   what if tasks fail or hang, and nothing else
  dagmar test plan.yaml --json | jq .findings  the report for programs

No command is run: the runtime is the real one, its tasks are scripted and its time is
simulated. The same seed finds the same. Where tasks ask for agents, something goes wrong with
each of these as well: it is gone, vanishes, hangs, has spent its allowance, or overruns it. In TypeScript, checkDag from dagmar/testing does
it for dags with handlers, and holds your own promises against every run.

Exit codes: 0 no finding is an error, 1 there is one, 2 bad plan or usage.
`

/** Not those of `fault.ts` themselves: the help needs nothing else of what tests a plan. */
const faultKinds: Readonly<Record<DagFaultKind | AgentFaultKind, true>> = {
  fails: true,
  'fails-once': true,
  'fails-terminally': true,
  'fails-critically': true,
  hangs: true,
  'ignores-abort': true,
  'never-starts': true,
  stalls: true,
  killed: true,
  rejected: true,
  'run-killed': true,
  'run-drained': true,
  'agent-gone': true,
  'agent-vanishes': true,
  'agent-hangs': true,
  'agent-spent': true,
  'agent-overruns': true,
}

/** `dagmar test`: explores what may happen to the runs of a plan. What it does is loaded when it is called. */
export function addTestCommand(program: Command): void {
  program
    .command('test')
    .summary('find out what faults do to a plan')
    .description(
      'Explores the runs of a plan with failures, hangs, stalls, kills and rejections: does every run settle, and what does each fault do?',
    )
    .argument('<plan>', 'a plan file, YAML or JSON; - is stdin')
    .option('--seed <n>', 'what chance begins with (default: 1)')
    .option('--runs <n>', 'random runs, with several faults at once; 0 for none (default: 200)')
    .addOption(
      new Option('--faults <kind...>', 'what may go wrong (default: everything)').choices(
        Object.keys(faultKinds),
      ),
    )
    .option('--all', 'try every single fault of a large plan, however long it takes')
    .option('--only <task...>', 'these tasks and what they need; a matrix by its name')
    .option('-c, --concurrency <n>', "most tasks at once, or 'unlimited' (default: the plan's, or 4)")
    .option('--json', 'print the report as one JSON object')
    .option('-v, --verbose', 'print lists in full')
    .addHelpText('after', examples)
    .action(async (path: string, flags: TestFlags, command: Command) => {
      const { testCommand } = await import('./test/test-command.ts')
      process.exitCode = await testCommand(path, flags, command.configureOutput())
    })
}
