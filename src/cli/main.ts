#!/usr/bin/env node
import { argv } from 'node:process'

const [, , verb, ...words] = argv
const exitCode =
  verb === 'dispatch' ? await (await import('./dispatch/quick-dispatch.ts')).quickDispatch(words) : undefined
if (exitCode === undefined) await import('./command-line.ts')
else process.exitCode = exitCode
