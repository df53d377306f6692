import { existsSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'

/** Throws `CONFIG_INVALID` where there is a file already, or it cannot be written. */
export async function writeFirstPlan(
  file: string,
  { isForced }: { readonly isForced: boolean },
): Promise<void> {
  if (!/\.ya?ml$/i.test(file)) {
    throw refusal(
      file,
      `${file} would hold YAML, but its name does not end in .yaml.`,
      'Name it like plan.yaml.',
    )
  }
  if (isForced && existsSync(file) && !statSync(file).isFile()) {
    throw refusal(file, `${file} is no regular file.`)
  }
  try {
    await writeFile(file, firstPlan(schemaBeside(file)), { flag: isForced ? 'w' : 'wx' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST')
      throw refusal(file, `There is a file ${file} already.`, 'Overwrite it with --force.')
    throw refusal(file, `${file} cannot be written: ${message}.`)
  }
}

function refusal(file: string, message: string, hint?: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message,
    ...(hint === undefined ? {} : { hint }),
    facts: { file },
  })
}

/** Where the schema is, as the plan would name it: only where it is installed beside. */
function schemaBeside(file: string): string | undefined {
  const path = 'node_modules/dagmar/schema/plan.schema.json'
  return existsSync(join(dirname(resolve(file)), path)) ? `./${path}` : undefined
}

function firstPlan(schema: string | undefined): string {
  return `${schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`}${body}`
}

const body = `# Commands and what they need. Each starts as soon as what it needs has completed.
#   dagmar check <this file>    says what is wrong with it
#   dagmar graph <this file>    draws it
#   dagmar run <this file>      runs it

concurrency: 4                # most tasks at once

defaults:                     # for every task that does not say otherwise
  timeout: 10m                # longest one attempt may run

tasks:
  fetch:
    run: sleep 1 && echo fetched
    retry: { maxAttempts: 3 } # a failed attempt is followed by another

  build:
    needs: [fetch]
    run: sleep 1 && echo built

  test:                       # becomes test(unit) and test(browser)
    matrix: { kind: [unit, browser] }
    needs: [build]
    run: sleep 1 && echo "\${{ matrix.kind }} tests passed"
    env: { CI: "1" }

  lint:
    needs: [fetch]
    run: echo no complaints
    onFailure: ignore         # its failure does not fail the run

  report:
    needs: [test, lint]       # all tests
    when: all-settled         # even when one of them has failed
    run: [echo, all is done]  # a list runs without a shell
`
