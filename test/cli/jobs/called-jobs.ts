import type { Command } from 'commander'
import type { LoadDoor } from '../../../src/cli/job-options.ts'
import type { CommandIo } from '../../../src/cli/jobs/command-io.ts'
import { DagmarError } from '../../../src/errors/dagmar-error.ts'
import type { Jobs } from '../../../src/jobs/client/jobs.ts'
import { type Called, called } from '../called.ts'
import { now } from './made-jobs.ts'

export interface Asked extends Called {
  /** What a person was asked. */
  readonly questions: readonly string[]
}

export interface AskOptions {
  /** What a person answers. Without it there is nobody. */
  readonly answer?: boolean
  readonly columns?: number
}

/** Calls a command about jobs. Without jobs there is no supervisor. */
export async function calledWith(
  jobs: Jobs | undefined,
  add: (program: Command, load: LoadDoor) => void,
  line: string | readonly string[],
  { answer, columns }: AskOptions = {},
): Promise<Asked> {
  const questions: string[] = []
  const confirm = async (question: string): Promise<boolean> => {
    questions.push(question)
    return answer === true
  }
  const asker = (): CommandIo['confirm'] => (answer === undefined ? undefined : confirm)
  const connect = async (): Promise<Jobs> => {
    if (jobs === undefined)
      throw new DagmarError('SUPERVISOR_LOST', {
        message: 'There is no supervisor.',
        facts: { isAbsent: true },
      })
    return jobs
  }
  const load: LoadDoor = async () => ({ connect, now: () => now, asker })
  const words = typeof line === 'string' ? line.split(' ') : line
  const ended = await called((program) => add(program, load), words, columns === undefined ? {} : { columns })
  return { ...ended, questions }
}
