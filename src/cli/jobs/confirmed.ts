import { DagmarError } from '../../errors/dagmar-error.ts'
import type { JobSummary } from '../../jobs/job.ts'
import { listed } from '../../text/listed.ts'
import { shownText } from '../../text/shown-text.ts'
import { withNoun } from '../../text/with-noun.ts'
import type { CommandIo } from './command-io.ts'

/**
 * Asks before several jobs are touched; a single one was meant. Says so where the answer is no. Rejects with
 * `CONFIG_INVALID` where nobody can be asked.
 */
export async function isWanted(
  chosen: readonly Pick<JobSummary, 'id' | 'name'>[],
  verb: string,
  { yes }: { readonly yes?: boolean },
  { confirm, note }: Pick<CommandIo, 'confirm' | 'note'>,
): Promise<boolean> {
  if (chosen.length === 1 || yes === true) return true
  const what = `${verb} ${withNoun(chosen.length, 'job')}`
  const names = listed(chosen.map(({ id, name }) => `${id} ${shownText(name)}`))
  if (confirm === undefined) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `This would ${what}, and there is nobody to ask whether that is meant: ${names}.`,
      hint: 'Add --yes to do it.',
    })
  }
  const isMeant = await confirm(`${what[0]!.toUpperCase()}${what.slice(1)}: ${names}?`)
  if (!isMeant) note('dagmar: nothing was done')
  return isMeant
}
