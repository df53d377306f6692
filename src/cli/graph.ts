import { type Command, InvalidArgumentError, Option } from 'commander'

const examples = `
Examples:
  dagmar graph plan.yaml                              draw it here
  dagmar graph plan.yaml --format mermaid             for Markdown
  dagmar graph plan.yaml --format dot | dot -Tsvg     for Graphviz

In the text each task has a row. A line begins at a task and leads down to those that need it:
├ and ┼ join it, └ and ┴ end it, and a │ between dashes is one that is passed. Large plans are
listed level by level. Where the locale is not UTF-8, or with TERM=dumb, the text is ASCII.
`

interface GraphFlags {
  readonly format: 'text' | 'mermaid' | 'dot'
  readonly width?: number
}

/** `dagmar graph`: draws a plan, and runs nothing. */
export function addGraphCommand(program: Command): void {
  program
    .command('graph')
    .summary('draw a plan')
    .description('Draws the tasks of a plan and what they need. Nothing is run.')
    .argument('<plan>', 'a plan file, YAML or JSON; - is stdin')
    .addOption(
      new Option('-f, --format <format>', 'what to write')
        .choices(['text', 'mermaid', 'dot'])
        .default('text'),
    )
    .option(
      '-w, --width <columns>',
      "most columns of the text (default: the terminal's, else 100)",
      readWidth,
    )
    .addHelpText('after', examples)
    .action(async (path: string, flags: GraphFlags, command: Command) => {
      const output = command.configureOutput()
      const { readPlan } = await import('./read-plan.ts')
      const { plan } = await readPlan(path)
      switch (flags.format) {
        case 'mermaid': {
          const { toMermaid } = await import('../graph/mermaid.ts')
          return output.writeOut!(toMermaid(plan))
        }
        case 'dot': {
          const { toDot } = await import('../graph/dot.ts')
          return output.writeOut!(toDot(plan))
        }
        case 'text': {
          const { drawPlan } = await import('./picture/draw-plan.ts')
          const { painter } = await import('./screen/colours.ts')
          const width = flags.width ?? output.getOutHelpWidth!() ?? 100
          const paint = painter(output.getOutHasColors!())
          return output.writeOut!(drawPlan(plan, { width, isAscii: wantsAscii(process.env), paint }))
        }
      }
    })
}

/** What the locale says; where it says nothing, terminals of today are UTF-8. */
export function wantsAscii(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'UTF-8'
  return env['TERM'] === 'dumb' || !/utf-?8/i.test(locale)
}

function readWidth(value: string): number {
  const width = Number(value)
  if (Number.isSafeInteger(width) && width >= 20) return width
  throw new InvalidArgumentError('It must be an integer of 20 or more.')
}
