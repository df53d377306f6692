import { describe, expect, it } from 'vitest'
import { lineAt, partsOf, readSources, type SourceFile } from './source-text.ts'

/** One word an idea. `names` are looked for in identifiers and one-word strings, the others in prose as well. */
const RULES: readonly { readonly words: readonly string[]; readonly say: string; readonly names?: true }[] = [
  { words: ['workflow', 'workflows', 'pipeline', 'pipelines'], say: 'dag' },
  { words: ['upstream', 'predecessor', 'predecessors'], say: 'dependency' },
  { words: ['downstream', 'successor', 'successors'], say: 'dependent' },
  { words: ['runner', 'runners', 'backend', 'backends'], say: 'executor' },
  { words: ['processor', 'processors'], say: 'handler' },
  {
    words: ['callback', 'callbacks', 'cb', 'fn', 'fns'],
    say: 'handler, or the name of what it does',
    names: true,
  },
  { words: ['permit', 'permits'], say: 'slot' },
  { words: ['semaphore', 'semaphores'], say: 'pool' },
  { words: ['requeue', 'requeued', 'requeues', 'requeueing'], say: 'deferred, or redrive' },
  { words: ['poison', 'poisoned'], say: 'dead letter' },
  { words: ['payload', 'payloads'], say: 'inputs or output, or the name of the field' },
  { words: ['verdict', 'verdicts'], say: 'outcome' },
  { words: ['budget', 'budgets', 'credit', 'credits'], say: 'allowance' },
  { words: ['zombie', 'zombies'], say: 'stall' },
  { words: ['cancel', 'cancels', 'cancelled', 'canceled', 'cancellation'], say: 'kill', names: true },
]

/** Words that belong to something else stay what they are. */
const ALLOWED: readonly { readonly text: RegExp; readonly because: string }[] = [
  { text: /\b(?:fromCallback|Callback(?:ActorLogic|ActorRef|LogicFunction|Snapshot))\b/g, because: 'XState' },
  { text: /'xstate\.cancel'/g, because: 'XState' },
  { text: /\bmaxPayload\b/g, because: 'ws' },
  { text: /\bcancelAnimationFrame\b/g, because: 'browsers' },
  { text: /\b(?:reader|writer|stream|body)\.cancel\(/g, because: 'web streams' },
  { text: /\bavailableParallelism|processor time\b/g, because: "the machine's CPU" },
  { text: /\bimport \{ pipeline \} from 'node:stream\/promises'/g, because: 'node:stream' },
  {
    text: /\b[Ww]orkflow (?:engine|system|server)s?\b/g,
    because: 'the kind of product dagmar is compared with',
  },
  {
    text: /(?:\breadonly )?\bworkflow: (?=\{|recorded)|^'workflow'$/g,
    because: 'a field of WfFormat, in recordings that we read',
  },
]

interface Stretch {
  readonly text: string
  readonly line: number
  readonly isName: boolean
}

function stretchesOf({ path, text }: SourceFile): Stretch[] {
  if (/\.tsx?$/.test(path)) {
    return partsOf(text).map((part) => ({
      text: part.text,
      line: part.line,
      isName: part.kind === 'code' || (part.kind === 'string' && !/\s/.test(part.text)),
    }))
  }
  // In Markdown the fenced blocks and the spans in backticks are code, the rest is prose.
  let line = 1
  return text.split(/(```[\s\S]*?```|`[^`\n]+`)/).map((piece, index) => {
    const stretch = { text: piece, line, isName: index % 2 === 1 }
    line += piece.split('\n').length - 1
    return stretch
  })
}

/** The words of prose and of identifiers in any case: `onTaskCancelled` has on, task and cancelled. */
function wordsIn(text: string): { readonly word: string; readonly index: number }[] {
  return [...text.matchAll(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g)].map((match) => ({
    word: match[0].toLowerCase(),
    index: match.index,
  }))
}

function wrongWords(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    stretchesOf(file).flatMap(({ text, line, isName }) => {
      const judged = ALLOWED.reduce(
        (rest, allowed) => rest.replace(allowed.text, (own) => own.replace(/\S/g, ' ')),
        text,
      )
      return wordsIn(judged).flatMap(({ word, index }) => {
        const rule = RULES.find((one) => one.words.includes(word) && (isName || one.names === undefined))
        return rule === undefined
          ? []
          : [`${file.path}:${line + lineAt(text, index) - 1} says "${word}": say ${rule.say}`]
      })
    }),
  )
}

describe('the words', () => {
  it('are those of the glossary', () => {
    const places = ['machines', 'src', 'examples', 'docs', 'README.md', 'packages/xstate-inspect/src']
    const files = readSources([...places, 'packages/xstate-inspect/README.md'], ['.ts', '.md'])
    expect(wrongWords(files)).toEqual([])
  })
})

describe('the check of the words', () => {
  const wrong = (text: string, path = 'src/graph/plan.ts') => wrongWords([{ path, text }])

  it.each([
    ['const upstreamTasks = 1', 'say dependency'],
    ['const TASK_RUNNER = 1', 'say executor'],
    ['// every downstream task is skipped', 'say dependent'],
    ["throw new Error('no permit left')", 'say slot'],
    ["const type = 'task.cancelled'", 'say kill'],
    ['const onTaskCancelled = 1', 'say kill'],
    ['function each(fn: () => void) {}', 'say handler'],
    ['const text = `a ${payload} b`', 'say inputs or output'],
  ])('finds the wrong word in %s', (text, advice) => {
    expect(wrong(text)).toEqual([expect.stringContaining(advice)])
  })

  it('names the line', () => {
    expect(wrong('const a = 1\n\nconst budget = 2')).toEqual([
      expect.stringContaining('src/graph/plan.ts:3 '),
    ])
    expect(wrong('# A\n\ntext\nthe `zombie` and\na verdict', 'README.md')).toEqual([
      expect.stringContaining('README.md:4 '),
      expect.stringContaining('README.md:5 '),
    ])
  })

  it.each([
    'const controller = new AbortController()',
    "const options = { onFailure: 'abort' }",
    "const logic = fromCallback(() => 'stopping')",
    'subject.pipe(map(accredited))',
    '// a timer is cancelled with clearTimeout, in its callback',
    "throw new Error('the attempt was cancelled by its server')",
  ])('lets pass what belongs to something else: %s', (text) => {
    expect(wrong(text)).toEqual([])
  })
})
