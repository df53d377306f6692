import type { Command } from 'commander'
import { shownText } from '../text/shown-text.ts'

const examples = `
Examples:
  dagmar init                  write plan.yaml
  dagmar init ci/night.yaml    write another file
  dagmar init --force          write plan.yaml even where there is one
`

/** `dagmar init`: writes a small plan to begin with. */
export function addInitCommand(program: Command): void {
  program
    .command('init')
    .summary('write a small plan to begin with')
    .description('Writes a small plan with comments. It runs as it is, in a few seconds.')
    .argument('[file]', 'the file to write', 'plan.yaml')
    .option('--force', 'overwrite the file where there is one')
    .addHelpText('after', examples)
    .action(async (file: string, flags: { readonly force?: boolean }, command: Command) => {
      const { writeFirstPlan } = await import('./init/write-first-plan.ts')
      await writeFirstPlan(file, { isForced: flags.force === true })
      command.configureOutput().writeOut!(
        `Wrote ${shownText(file)}. Run it with: dagmar run ${shownText(quoted(file))}\n`,
      )
    })
}

/** As a word for a shell. */
function quoted(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", String.raw`'\''`)}'`
}
