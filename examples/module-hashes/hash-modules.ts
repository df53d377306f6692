import { createHash } from 'node:crypto'
import {
  createRuntime,
  criticalPath,
  type Fact,
  type HandlerContext,
  type Plan,
  plan,
  type RunResult,
  type TaskDefinition,
} from 'dagmar'
import type { Observable } from 'rxjs'
import { type ModuleSource, resolveImport } from './module-source.ts'
import { scanImports } from './scan-imports.ts'

type Hashes = Readonly<Record<string, string>>

export interface HashedModules {
  readonly plan: Plan
  readonly result: RunResult<Hashes>
  /** The chain of imports whose modules took longest to hash. */
  readonly slowest: { readonly ids: readonly string[]; readonly length: number }
}

export interface HashOptions {
  /** Whether imports of types count as dependencies. They may form circles, which are harmless at run time. */
  readonly types: boolean
  /** Shown the facts of the run, which end with it. */
  readonly watch?: (facts$: Observable<Fact>, modules: number) => void
}

/**
 * Hashes every module of the source by its text and the hashes of the modules it imports.
 * @throws DagmarError `DAG_CYCLE` when modules import each other in a circle.
 */
export async function hashModules(
  source: ModuleSource,
  { types, watch }: HashOptions,
): Promise<HashedModules> {
  const modules = await planModules(source, types)
  const run = createRuntime({ concurrency: 16 }).dispatch(modules)
  const tookMs = new Float64Array(modules.tasks.length)
  run.events$.subscribe((fact) => {
    if (fact.type === 'task.started') tookMs[modules.indexOf(fact.taskId)!] = -fact.at
    if (fact.type === 'task.completed') tookMs[modules.indexOf(fact.taskId)!]! += fact.at
  })
  watch?.(run.events({ until: 'settled' }), modules.tasks.length)
  const result = (await run.result) as RunResult<Hashes>
  return {
    plan: modules,
    result,
    slowest: criticalPath(modules, (_, index) => Math.max(leastMs, tookMs[index]!)),
  }
}

/** Facts tell whole milliseconds: among modules that took less than one, the longer chain counts as slower. */
const leastMs = 0.01

/** A task for each module, which needs those for the modules it imports. */
async function planModules(source: ModuleSource, types: boolean): Promise<Plan> {
  const paths = await source.paths()
  const known = new Set(paths)
  const tasks: [string, TaskDefinition][] = []
  for (const path of paths) {
    const imports = scanImports(await source.read(path)).filter(({ typeOnly }) => types || !typeOnly)
    const needs = imports.flatMap(
      ({ specifier }) => resolveImport(specifier, path, (one) => known.has(one)) ?? [],
    )
    const hash = async ({ inputs }: HandlerContext<Hashes>) =>
      hashOf(await source.read(path), Object.values(inputs))
    tasks.push([path, { needs: [...new Set(needs)], run: hash }])
  }
  return plan({ name: 'module-hashes', tasks })
}

/** Names do not matter: a folder that is moved as a whole keeps its hashes. */
function hashOf(text: string, imported: readonly string[]): string {
  const ownHash = sha256(text)
  return imported.length === 0 ? ownHash : sha256([ownHash, ...imported].join('\n'))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
