import { DagmarError } from '../errors/dagmar-error.ts'
import { thrownText } from '../errors/foreign-value.ts'
import { shownMessage } from '../text/shown-text.ts'

/** Says on stderr why a command could not do what it was to do. */
export function tellThrown(thrown: unknown): 'misuse' | 'fault' {
  if (thrown instanceof DagmarError) {
    // A problem of a plan file begins with its place, so that terminals turn it into a link.
    const head = thrown.code === 'PLAN_INVALID' ? '' : 'dagmar: '
    const hint = thrown.hint === undefined ? '' : `${thrown.hint}\n`
    process.stderr.write(`${shownMessage(`${head}${thrown.problem}\n${hint}`)}\n`)
    return thrown.code === 'SUPERVISOR_LOST' ? 'fault' : 'misuse'
  }
  if (isFolderGone(thrown)) {
    process.stderr.write('dagmar: The folder that you are in has been deleted.\nGo to another one: cd\n')
    return 'misuse'
  }
  process.stderr.write(
    `${shownMessage(`dagmar: ${thrown instanceof Error ? thrown.stack : thrownText(thrown)}`)}\n`,
  )
  return 'fault'
}

/** A shell stays in a folder that somebody has deleted, and no path can be read from there. */
function isFolderGone(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'uv_cwd'
}
