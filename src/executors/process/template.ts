/** What a `${{ … }}` stands for when an attempt starts. */
export interface Template {
  readonly root: 'input' | 'inputs' | 'needs' | 'attempt' | 'runId' | 'agent' | 'model'
  /** The dependency whose output is meant, for `needs`. */
  readonly taskId?: string
  /** The fields that lead to the value. */
  readonly path: readonly string[]
}

/** Whether a value has fields to name. */
const roots: Readonly<Record<Template['root'], boolean>> = {
  input: true,
  inputs: false,
  needs: true,
  attempt: false,
  runId: false,
  agent: false,
  model: false,
}

export const templateRoots = Object.keys(roots) as readonly Template['root'][]

/** Reads `input.x`, `needs['test (20)'].files[0]`, `attempt` and the like. Undefined for anything else. */
export function readTemplate(name: string): Template | undefined {
  const word = /^\w+/.exec(name)?.[0] ?? ''
  const root = templateRoots.find((known) => known === word)
  if (root === undefined) return undefined
  const path: string[] = []
  const step = /\.([\w-]+)|\[\s*(?:(\d+)|'([^']*)'|"([^"]*)")\s*\]/y
  step.lastIndex = word.length
  while (step.lastIndex < name.length) {
    const found = step.exec(name)
    if (found === null) return undefined
    path.push((found[1] ?? found[2] ?? found[3] ?? found[4])!)
  }
  if (!roots[root]) return path.length === 0 ? { root, path } : undefined
  if (root !== 'needs') return { root, path }
  const [taskId, ...rest] = path
  return taskId === undefined ? undefined : { root, taskId, path: rest }
}
