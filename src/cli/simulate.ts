import { type Command, Option } from 'commander'
import type { Order } from '../graph/plan.ts'
import type { SimulateFlags } from './simulate/simulate-command.ts'

const examples = `
Examples:
  dagmar simulate plan.yaml                           with the plan's own slots and order
  dagmar simulate plan.yaml -c 8 --order fifo         with 8 slots, first come first served
  dagmar simulate plan.yaml --order optimised         in the best order that is found in 0.1 s
  dagmar simulate plan.yaml --sweep 1..16             how many slots are worth it
  dagmar simulate plan.yaml --fail-rate 0.1 --seed 7  with one attempt in ten failing
  dagmar simulate plan.yaml --duration lognormal:0.5  with estimates that are rough
  dagmar simulate graph.stg -c 4                      a graph of the Standard Task Graph Set
  dagmar simulate recording.json                      a recorded run in WfFormat (WfCommons)
  dagmar simulate plan.yaml --json | jq .makespanMs   one object, for programs

The machines that would run the plan run it on a simulated clock: nothing is started. A task
takes as long as its estimate says; one without an estimate takes the median of the others, or
1 s where no task has one. Agents have as many tasks at once as they take, and what they may
spend, but use no tokens. In a graph of the Standard Task Graph Set a time of 1 is 1 s. The same
seed gives the same run.

--duration is a length for every task, as in 30s, or chance around each one's own: exponential;
or uniform, normal or lognormal, with how far they spread as a share of the mean, as in
normal:0.3 (0.25 unless said).

Exit codes: 0 simulated, however the run ends; 2 bad plan or usage.
`

const orders: Readonly<Record<Order, true>> = { fifo: true, 'critical-path': true, optimised: true }

/** `dagmar simulate`: says how long a plan will take, and runs nothing. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .summary('say how long a plan will take')
    .description('Runs a plan in virtual time and shows when each task would run, and what bounds it.')
    .argument('<file>', 'a plan file (YAML or JSON), a task graph (.stg) or a recording (WfCommons JSON)')
    .option('-c, --concurrency <n>', "most tasks at once, or 'unlimited' (default: the plan's, or 4)")
    .addOption(
      new Option(
        '-o, --order <order>',
        "order of ready tasks of equal priority (default: the plan's)",
      ).choices(Object.keys(orders)),
    )
    .option('--effort <n>', 'how many schedules of 100 tasks the order optimised tries (default: 8000)')
    .option('--seed <n>', 'what chance depends on, an integer (default: 1)')
    .option('--fail-rate <p>', 'how probably an attempt fails, 0 to 1 (default: 0)')
    .option('--duration <length>', 'how long tasks take: see below (default: their estimates)')
    .option('--sweep <range>', 'try several numbers of slots, as in 1..16 or 2,4,8')
    .addOption(
      new Option('--rows <what>', 'what the timeline has a row for (default: what fits)').choices([
        'tasks',
        'slots',
      ]),
    )
    .option('-w, --width <columns>', "most columns of the text (default: the terminal's, else 100)")
    .option('--json', 'print one JSON object in place of the text')
    .addHelpText('after', examples)
    .action(async (path: string, flags: SimulateFlags, command: Command) => {
      const { simulateCommand } = await import('./simulate/simulate-command.ts')
      const output = command.configureOutput()
      const text = await simulateCommand(path, flags, {
        columns: output.getOutHelpWidth!(),
        rows: process.stdout.isTTY ? process.stdout.rows : undefined,
        hasColours: output.getOutHasColors!(),
        env: process.env,
      })
      output.writeOut!(text)
    })
}
