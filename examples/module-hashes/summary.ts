import type { HashedModules } from './hash-modules.ts'

const shown = 5

/** For people; hashes are shortened. */
export function asText({ plan, result, slowest }: HashedModules, totalMs: number): string {
  if (plan.tasks.length === 0) return 'There are no TypeScript modules in this folder.\n'
  const roots = plan.tasks
    .filter(({ dependents }) => dependents.length === 0)
    .toSorted((a, b) => b.needs.length - a.needs.length)
  const top = roots.slice(0, shown)
  const rest = roots.length - top.length
  const chain = slowest.ids.map((id, depth) => `  ${' '.repeat(Math.min(depth, 20))}${id}`)
  return [
    `${counted(plan.tasks.length, 'module')}, ${counted(edgesOf(plan), 'import')}, in ${Math.round(totalMs)} ms`,
    '',
    `Imported by nobody (${roots.length}):`,
    ...top.map(({ id }) => `  ${(result.outputs[id] ?? '').slice(0, 12)}  ${id}`),
    ...(rest > 0 ? [`  … and ${rest} more: --json has them all`] : []),
    '',
    `Slowest chain (${counted(slowest.ids.length, 'module')}, ${Math.round(slowest.length)} ms), each imported by the next:`,
    ...chain,
    '',
  ].join('\n')
}

/** For programs. It says the same for the same modules, wherever and whenever they are hashed. */
export function asJson({ plan, result }: HashedModules): string {
  const summary = { modules: plan.tasks.length, imports: edgesOf(plan), hashes: result.outputs }
  return `${JSON.stringify(summary, undefined, 2)}\n`
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function edgesOf({ tasks }: HashedModules['plan']): number {
  return tasks.reduce((sum, { needs }) => sum + needs.length, 0)
}
