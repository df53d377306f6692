import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import { asCommandWork, command, type CommandOptions } from '../executors/command.ts'
import { promptWork } from '../executors/prompt.ts'
import { groupWork } from '../graph/group.ts'
import type { Work } from '../graph/work.ts'
import { liesInRepository } from '../system/repository-above.ts'
import type { AgentsOfTasks } from './agents-of-tasks.ts'
import { type Combination, environmentOf, substitute } from './matrix.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'
import { hasTemplates, refuseMisplaced, type TemplateScope } from './templates.ts'
import type { WrittenDefaults, WrittenTask } from './plan-schema.ts'

export interface Surroundings {
  readonly defaults: WrittenDefaults
  /** The folder of the plan file. Relative paths start there, and commands run there by default. */
  readonly folder: string
  readonly agents: AgentsOfTasks
  readonly reporter: ProblemReporter
}

/** The command or the prompt of a task, or of one task of a matrix, or the work of a group. Undefined for a bad one, which is reported. */
export function workOf(
  task: WrittenTask,
  path: Path,
  combination: Combination | undefined,
  needs: readonly TaskId[] | undefined,
  { defaults, folder, agents, reporter }: Surroundings,
): Work | undefined {
  if (task.run === undefined && task.prompt === undefined) return { executor: 'inline', work: groupWork }
  const { places, report } = reporter
  const before = reporter.problemCount()
  const filled = (text: string, ...rest: Path) => substitute(text, combination, [...path, ...rest], reporter)
  const scope: TemplateScope = { needs, isOfDefaults: false }
  /** What is filled in at the start of an attempt stays in it. */
  const open = (text: string, ...rest: Path) =>
    substitute(text, combination, [...path, ...rest], reporter, scope)
  const fileOf = (text: string) => resolve(folder, text)

  const options = {
    env: {
      ...textsOf(defaults.env, reporter),
      ...(combination === undefined ? {} : environmentOf(combination)),
      ...mapValues(textsOf(task.env, reporter), (text, name) => open(text, 'env', name)),
    },
    cwd: folderIn(folder, task.cwd === undefined ? (defaults.cwd ?? '.') : open(task.cwd, 'cwd')),
    ...switchesOf(task, defaults),
    ...envFilesOf(task, defaults, (text, ...rest) => fileOf(filled(text, ...rest)), fileOf),
  }
  if (options.worktree === true && isWithoutRepository(options.cwd)) {
    report([...path, 'worktree'], `needs a repository of git, and ${options.cwd} lies in none.`, {
      hint: 'Run git init there and commit something, or take worktree away.',
    })
  }
  if (task.prompt !== undefined) {
    const prompt = open(task.prompt, 'prompt')
    const commands = agents.commandsFor(task, String(path[1]))
    if (commands === undefined || reporter.problemCount() > before) return undefined
    const { stdin: _stdin, ...around } = options
    return promptWork({ prompt, agents: commands, fillsFrom: folder }, around)
  }
  const run = task.run!
  const words = Array.isArray(run) ? run.map((_, index) => open(places.textOf(run, index), 'run', index)) : []
  const line = typeof run === 'string' ? open(run, 'run') : ''
  const shell = task.shell ?? defaults.shell
  if (words.length > 0 && task.shell !== undefined) {
    report([...path, 'shell'], 'is set, but a list runs without a shell.', {
      hint: 'Write run as one text, or take shell away.',
    })
  }
  if (words.length > 0 && hasTemplates(words[0]!)) {
    report([...path, 'run', 0], 'names the program, which the values of a run must not choose.')
  }
  refuseMisplaced(line, shell ?? '/bin/sh', [...path, 'run'], reporter)
  if (reporter.problemCount() > before) return undefined
  const texts = [line, ...words, options.cwd, ...Object.values(options.env)]
  const finished = (work: Work): Work => (texts.some(hasTemplates) ? filledFrom(folder, work) : work)
  try {
    if (words.length > 0) return finished(command(words[0]!, words.slice(1), options))
    return finished(command(line, shell === undefined ? options : { ...options, shell }))
  } catch (error) {
    if (!(error instanceof DagmarError)) throw error
    report([...path, 'run'], `makes no command: ${error.problem}`)
    return undefined
  }
}

/** True where that is certain: a folder that is still to be made, or named by a value of the run, may lie in one. */
function isWithoutRepository(cwd: string): boolean {
  return !hasTemplates(cwd) && existsSync(cwd) && !liesInRepository(cwd)
}

const ofDefaults: TemplateScope = { needs: undefined, isOfDefaults: true }

/** A relative path starts at the folder of the plan, but for one that is not whole before an attempt starts. */
function folderIn(folder: string, path: string): string {
  return hasTemplates(path) ? path : resolve(folder, path)
}

function filledFrom(folder: string, work: Work): Work {
  return Object.freeze({ ...work, work: Object.freeze({ ...asCommandWork(work.work)!, fillsFrom: folder }) })
}

/** Reports `${{ matrix… }}` in defaults: they apply to all tasks, so no matrix can fill them. */
export function refuseMatrixIn({ env = {}, cwd, envFile }: WrittenDefaults, reporter: ProblemReporter): void {
  for (const [name, text] of Object.entries(textsOf(env, reporter)))
    substitute(text, undefined, ['defaults', 'env', name], reporter, ofDefaults)
  if (cwd !== undefined) substitute(cwd, undefined, ['defaults', 'cwd'], reporter, ofDefaults)
  for (const file of envFile === undefined ? [] : [envFile].flat()) {
    substitute(file, undefined, ['defaults', 'envFile'], reporter)
  }
}

function switchesOf(
  task: WrittenTask,
  defaults: WrittenDefaults,
): Pick<CommandOptions, 'stdin' | 'speaks' | 'worktree' | 'git'> {
  const names = ['stdin', 'speaks', 'worktree', 'git'] as const
  const set = names.map((name) => [name, task[name] ?? defaults[name]] as const)
  return Object.fromEntries(set.filter(([, value]) => value !== undefined))
}

function envFilesOf(
  task: WrittenTask,
  defaults: WrittenDefaults,
  own: (text: string, ...rest: Path) => string,
  fromDefaults: (text: string) => string,
): { readonly envFile?: readonly string[] } {
  const { envFile } = task
  if (typeof envFile === 'string') return { envFile: [own(envFile, 'envFile')] }
  if (envFile !== undefined) return { envFile: envFile.map((file, index) => own(file, 'envFile', index)) }
  return defaults.envFile === undefined ? {} : { envFile: [defaults.envFile].flat().map(fromDefaults) }
}

/** The values of an object as texts, with numbers as they were written. */
function textsOf(object: object | undefined, { places }: ProblemReporter): Readonly<Record<string, string>> {
  if (object === undefined) return {}
  return Object.fromEntries(Object.keys(object).map((key) => [key, places.textOf(object, key)]))
}

function mapValues(
  texts: Readonly<Record<string, string>>,
  change: (text: string, key: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, change(text, key)]))
}
