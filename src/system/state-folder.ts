import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** The user's folder for what is kept between runs: `$DAGMAR_HOME`, else `$XDG_STATE_HOME/dagmar`. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { DAGMAR_HOME: own = '', XDG_STATE_HOME: state = '' } = env
  if (own !== '') return own
  // By its specification, a path there that is not absolute counts for nothing.
  return join(isAbsolute(state) ? state : join(homedir(), '.local', 'state'), 'dagmar')
}

/** A folder in it, which is made where it is not there. What is new is the user's alone. */
export function makeStateFolder(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const root = stateFolder(env)
  mkdirSync(root, { recursive: true, mode: 0o700 })
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}
