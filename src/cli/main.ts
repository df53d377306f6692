#!/usr/bin/env node
const [, , verb, ...words] = process.argv
const exitCode =
  verb === 'dispatch' ? await (await import('./dispatch/quick-dispatch.ts')).quickDispatch(words) : undefined
if (exitCode === undefined) await import('./command-line.ts')
else process.exitCode = exitCode

export {}
