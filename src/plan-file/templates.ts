import type { TaskId } from '../../machines/outcome.ts'
import { readTemplate, templateRoots } from '../executors/process/template.ts'
import { placeholdersIn } from '../text/placeholders.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'
import { knownShell, misplacedIn } from './shell-places.ts'

/** Where a `${{ … }}` stands that is filled in when an attempt starts. */
export interface TemplateScope {
  /** The dependencies of the task. Undefined where they are not known, because some are wrong. */
  readonly needs: readonly TaskId[] | undefined
  /** Defaults belong to tasks with different needs. */
  readonly isOfDefaults: boolean
}

const known = ['matrix', ...templateRoots]
const longestShown = 60

/** What is wrong with a name that is no axis of a matrix, to follow the path; undefined where it can be filled in. */
export function complaintAboutTemplate(
  name: string,
  whole: string,
  { needs, isOfDefaults }: TemplateScope,
  didYouMean: ProblemReporter['didYouMean'],
): string | undefined {
  const has = `has ${shortened(whole)}`
  const word = /^\w*/.exec(name)![0]
  if (!known.includes(word)) {
    return `${has}, but only ${known.slice(0, -1).join(', ')} and ${known.at(-1)!} are known there.${didYouMean(word, known)}`
  }
  const template = readTemplate(name)
  if (template === undefined) {
    return `${has}, which is no name: write it as in needs.build, needs['test (20)'].files[0], input.region or attempt.`
  }
  const { taskId } = template
  if (taskId === undefined) return undefined
  if (isOfDefaults) return `${has}, but defaults apply to all tasks: only a task can name its needs.`
  if (needs === undefined || needs.includes(taskId)) return undefined
  return `${has}, but the task does not need '${taskId}'.${didYouMean(taskId, needs)}`
}

function isMeant(name: string): boolean {
  return readTemplate(name) !== undefined
}

/** True where something is filled in when an attempt starts. */
export function hasTemplates(text: string): boolean {
  return placeholdersIn(text).some(({ name }) => isMeant(name))
}

/** Which `${{ … }}` are meant, and what to do where one cannot be put in. */
export interface ValuePlaces {
  readonly isMeant: (name: string) => boolean
  readonly hint: (name: string) => string
}

const valuesOfRuns: ValuePlaces = { isMeant, hint: hintFor }

/** Reports what cannot stand as one word where it stands in the text for a shell. */
export function refuseMisplaced(
  text: string,
  shell: string,
  path: Path,
  { report }: ProblemReporter,
  { isMeant, hint }: ValuePlaces = valuesOfRuns,
): void {
  const first = placeholdersIn(text).find((one) => isMeant(one.name))
  if (first === undefined) return
  const name = knownShell(shell)
  if (name === undefined) {
    report(
      path,
      `has \${{ … }}, which can be put in safely for sh, bash, dash and zsh only, not for ${shell}.`,
      {
        hint: hint(first.name),
      },
    )
    return
  }
  for (const { from, to, name: meant, place } of misplacedIn(text, name, isMeant)) {
    report(path, `has ${shortened(text.slice(from, to))} ${place}: it stands for one quoted word.`, {
      hint: hint(meant),
    })
  }
}

/** How a value gets anywhere: as a variable, which no shell reads as code. */
function hintFor(name: string): string {
  return `Set it as a variable, as in env: { VALUE: "\${{ ${shortened(name)} }}" }, and write "$VALUE" in the command.`
}

export function shortened(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}
