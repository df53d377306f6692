import { stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { DagmarError } from 'dagmar'
import { type HashedModules, hashModules } from './hash-modules.ts'
import { folderSource } from './module-source.ts'
import { showProgress, type Terminal } from './progress.ts'
import { asJson, asText } from './summary.ts'

export interface Surroundings {
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly defaultFolder: string
  /** A folder as it was typed, made absolute. */
  resolve(folder: string): string
}

const help = `Usage: npm start [-- [options] [folder]]

Hashes the TypeScript modules (.ts, .tsx, .mts) of a folder, by default of this repository.
A module's hash covers its text and the hashes of the modules it imports.

  --json   print one JSON object with the hashes by module (for scripts: npm -s start -- --json)
  --types  count imports of types as well; they may form circles that are harmless at run time
  --help   show this
`

/** Gives the exit code: 0, 1 for circles and modules that cannot be read, 2 for wrong use. */
export async function moduleHashes(args: readonly string[], around: Surroundings): Promise<number> {
  const wrongUse = (complaint: string): number => {
    around.stderr.write(`${complaint}\nTry: npm start -- --help\n`)
    return 2
  }
  const read = readArgs(args)
  if (typeof read === 'string') return wrongUse(read)
  const { json, types } = read
  if (read.help) {
    around.stdout.write(help)
    return 0
  }
  const folder = read.folder === undefined ? around.defaultFolder : around.resolve(read.folder)
  const complaint = await complaintAbout(folder, read.folder ?? folder)
  if (complaint !== undefined) return wrongUse(complaint)
  try {
    const startedAt = performance.now()
    const hashed = await hashModules(folderSource(folder), {
      types,
      ...(json ? {} : { watch: (facts$, modules) => showProgress(facts$, modules, around.stdout) }),
    })
    if (hashed.result.status !== 'completed') return tellFailures(hashed, around.stderr)
    const totalMs = performance.now() - startedAt
    around.stdout.write(json ? asJson(hashed) : asText(hashed, totalMs))
    return 0
  } catch (thrown) {
    return tellError(thrown, around.stderr, types)
  }
}

interface Args {
  readonly folder: string | undefined
  readonly json: boolean
  readonly types: boolean
  readonly help: boolean
}

/** The arguments, or what is wrong with them. */
function readArgs(args: readonly string[]): Args | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        types: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    })
    if (positionals.length > 1) return `One folder at a time, please: not ${positionals.join(' and ')}.`
    return { ...values, folder: positionals[0] }
  } catch (thrown) {
    // Its first sentence says what is wrong; what follows is for other programs.
    return `${String(thrown instanceof Error ? thrown.message : thrown).split('. ')[0]}.`
  }
}

async function complaintAbout(folder: string, typed: string): Promise<string | undefined> {
  try {
    return (await stat(folder)).isDirectory() ? undefined : `${typed} is a file, not a folder.`
  } catch {
    return `There is no folder ${typed}.`
  }
}

function tellFailures({ result }: HashedModules, stderr: Terminal): number {
  for (const { taskId, failure } of result.rootCauses) stderr.write(`${taskId}: ${failure.message}\n`)
  const { failed, skipped } = result.counts
  stderr.write(`Could not be hashed: ${failed}. Left out since they import one of those: ${skipped}.\n`)
  return 1
}

function tellError(thrown: unknown, stderr: Terminal, types: boolean): number {
  if (thrown instanceof DagmarError) {
    // The message of a DagmarError ends with its hint.
    stderr.write(`${thrown.code}: ${thrown.message}\n`)
    if (types && thrown.code === 'DAG_CYCLE')
      stderr.write('Without --types, imports of types do not count.\n')
    return 1
  }
  // What the file system says, such as a folder that may not be read.
  if (!(thrown instanceof Error && 'syscall' in thrown)) throw thrown
  stderr.write(`${thrown.message}\n`)
  return 1
}
