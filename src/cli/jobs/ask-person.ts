import { createInterface } from 'node:readline/promises'

/** Asks at the terminal. Undefined where there is none, or where nobody sits at it. */
export function askPerson(
  env: Readonly<Record<string, string | undefined>>,
): ((question: string) => Promise<boolean>) | undefined {
  const { stdin, stderr } = process
  const isUnattended = (env['CI'] ?? '') !== '' || !stdin.isTTY || !stderr.isTTY
  return isUnattended ? undefined : ask
}

async function ask(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)))
    const answer = await Promise.race([lines.question(`${question} [y/N] `), ended])
    // What follows does not begin behind the question.
    if (answer === undefined) process.stderr.write('\n')
    return /^\s*y(es)?\s*$/i.test(answer ?? '')
  } finally {
    lines.close()
  }
}
