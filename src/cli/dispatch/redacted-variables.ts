import { readFileSync } from 'node:fs'
import { configurationFile } from '../run/configuration-file.ts'

/** True where the user's configuration names variables that are written nowhere, or where nobody can tell so fast. */
export function mayRedact(env: NodeJS.ProcessEnv): boolean {
  try {
    const file = configurationFile(env)
    return file !== undefined && readFileSync(file, 'utf8').includes('redact')
  } catch {
    return true
  }
}

/** Variables that are written nowhere, as the user's configuration names them. Rejects with what is wrong with that. */
export async function redactedVariables(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const file = configurationFile(env)
  // To read a configuration takes longer than to dispatch.
  if (file === undefined || !mayRedact(env)) return []
  const { readConfiguration } = await import('../../plan-file/read-configuration.ts')
  return (await readConfiguration(file)).jobs.redact ?? []
}
