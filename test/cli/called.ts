import { Command } from 'commander'
import { DagmarError } from '../../src/errors/dagmar-error.ts'

export interface Called {
  readonly out: string
  readonly err: string
  /** What the command threw, as `dagmar` prints it. */
  readonly refusal: string | undefined
  readonly exitCode: number
}

export interface Terminal {
  readonly columns?: number
  readonly hasColours?: boolean
}

/** Calls a command as main.ts does, with a terminal of our own. */
export async function called(
  add: (program: Command) => void,
  args: readonly string[],
  { columns, hasColours = false }: Terminal = {},
): Promise<Called> {
  let out = ''
  let err = ''
  const program = new Command('dagmar').exitOverride().configureOutput({
    writeOut: (text) => {
      out += text
    },
    writeErr: (text) => {
      err += text
    },
    getOutHelpWidth: () => columns as number,
    getOutHasColors: () => hasColours,
  })
  add(program)
  const before = process.exitCode
  process.exitCode = undefined
  try {
    await program.parseAsync(args, { from: 'user' })
    return { out, err, refusal: undefined, exitCode: exitCodeNow() }
  } catch (error) {
    if (error instanceof DagmarError) return { out, err, refusal: error.message, exitCode: 2 }
    if (!(error instanceof Error)) throw error
    const { exitCode = 1 } = error as { readonly exitCode?: number }
    return { out, err, refusal: error.message, exitCode: exitCode === 0 ? 0 : 2 }
  } finally {
    process.exitCode = before
  }
}

/** A function, since the types do not expect that somebody else has set it meanwhile. */
function exitCodeNow(): number {
  return Number(process.exitCode ?? 0)
}
