import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'

/**
 * The user's configuration: `$DAGMAR_CONFIG`, else `$XDG_CONFIG_HOME/dagmar/config.yaml` where that is there. Nothing in
 * the working directory counts, which may be somebody else's.
 */
export function configurationFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { DAGMAR_CONFIG: own = '', XDG_CONFIG_HOME: folder = '' } = env
  if (own !== '') {
    if (isAbsolute(own) && existsSync(own)) return own
    if (isAbsolute(own)) {
      throw new DagmarError('CONFIG_INVALID', {
        message: `DAGMAR_CONFIG names ${own}, and there is no such file.`,
        hint: 'Write it, or unset the variable: unset DAGMAR_CONFIG',
      })
    }
    throw new DagmarError('CONFIG_INVALID', {
      message: `DAGMAR_CONFIG is '${own}', but it must be a path from the root: the working directory does not count.`,
    })
  }
  // By its specification, a path there that is not absolute counts for nothing.
  const home = homedir()
  const parent = isAbsolute(folder) ? folder : isAbsolute(home) ? join(home, '.config') : undefined
  if (parent === undefined) return undefined
  const file = join(parent, 'dagmar', 'config.yaml')
  return existsSync(file) ? file : undefined
}
