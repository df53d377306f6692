import * as v from 'valibot'
import { mustBe, program, scalar, wordy } from './schema-parts.ts'

const runMessage = mustBe("a command: a text for the shell, or a list such as ['npm', 'test']")

/** A command as it is written. */
export const run = v.union(
  [
    v.pipe(v.string(runMessage), v.regex(wordy, runMessage)),
    v.tupleWithRest([program], scalar, 'that begins with the name of a program'),
  ],
  runMessage,
)
