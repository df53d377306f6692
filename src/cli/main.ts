#!/usr/bin/env node
import { quickDispatch } from './dispatch/quick-dispatch.ts'

// A reader that stops early, as in `dagmar dispatch … | head -0`, is no error.
const ignored = (): void => undefined
process.stdout.on('error', ignored)
process.stderr.on('error', ignored)

const [, , verb, ...words] = process.argv
const exitCode = verb === 'dispatch' ? await quickDispatch(words) : undefined
if (exitCode === undefined) {
  process.stdout.off('error', ignored)
  process.stderr.off('error', ignored)
  await import('./command-line.ts')
} else process.exitCode = exitCode
