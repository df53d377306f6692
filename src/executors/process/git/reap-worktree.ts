import { isAbsolute } from 'node:path'
import type { JsonValue } from '../../../events/json-value.ts'
import { badValue, isRecord } from '../../../graph/read-values.ts'
import { gitVariables } from './git-variables.ts'
import { tidyWorktree } from './tidy-worktree.ts'
import type { Worktree } from './worktree.ts'

/**
 * Puts a worktree away that an earlier process of dagmar has left, as that would have. One that cannot be removed stays:
 * nothing runs in it. Throws `CONFIG_INVALID` for what is no worktree.
 */
export async function reapWorktree(noted: JsonValue, isUnused: boolean): Promise<void> {
  await tidyWorktree(readWorktree(noted), {
    variables: gitVariables(process.env as Readonly<Record<string, string>>),
    subject: 'dagmar: what an interrupted attempt left uncommitted',
    isUnused,
    warn: () => {},
    say: () => {},
  })
}

function readWorktree(noted: JsonValue): Worktree {
  if (isRecord(noted)) {
    const { folder, branch, base, repository } = noted
    const isPlaced = [folder, repository].every((path) => typeof path === 'string' && isAbsolute(path))
    const isNamed = typeof branch === 'string' && branch.startsWith('dagmar/')
    if (isPlaced && isNamed && typeof base === 'string' && /^[0-9a-f]{40,64}$/.test(base))
      return noted as Worktree
  }
  throw badValue('The worktree of a process', noted, 'one that the process executor has noted')
}
