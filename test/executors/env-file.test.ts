import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseEnvText, readEnvFile } from '../../src/executors/process/env-file.ts'
import { StartFault } from '../../src/executors/process/start-fault.ts'

describe('an environment file', () => {
  it.each([
    ['plain values, trimmed', 'A=1\nB = two words  \nC=', { A: '1', B: 'two words', C: '' }],
    ['comments and blank lines', '# a\n\n  # b\nA=1 # one\nB=x#y\nC= # nothing', { A: '1', B: 'x#y', C: '' }],
    ['export', 'export A=1\n  export\tB=2', { A: '1', B: '2' }],
    ['single quotes, where all stands for itself', 'A=\'a # \\n "b"\' # c', { A: 'a # \\n "b"' }],
    ['double quotes, with their escapes', 'A="a\\tb\\n\\"c\\" \\\\ \\$D \\x"', { A: 'a\tb\n"c" \\ $D \\x' }],
    [
      'values over several lines',
      'A="one\n  two"\nB=\'x\n\ny\'\nC=3',
      { A: 'one\n  two', B: 'x\n\ny', C: '3' },
    ],
    ['lines of Windows, and its mark', '\uFEFFA=1\r\nB="2"\r\n', { A: '1', B: '2' }],
    ['a later value over an earlier', 'A=1\nA=2', { A: '2' }],
    ['equals signs and quotes inside', "A=b=c\nB=it's", { A: 'b=c', B: "it's" }],
    ['names with dots and dashes', 'a.b-c=1', { 'a.b-c': '1' }],
    ['no expansion', 'A=$HOME', { A: '$HOME' }],
  ])('has %s', (_, text, variables) => {
    expect({ ...parseEnvText(text, 'x.env') }).toEqual(variables)
  })

  it.each([
    ['no value', 'A=1\nB', "x.env:2: 'B' is no KEY=VALUE."],
    ['no name', '=1', "x.env:1: '' is no name for a variable."],
    ['a name that is none', '\n2A=1', "x.env:2: '2A' is no name for a variable."],
    ['a space in the name', 'A B=1', "x.env:1: 'A B=1' is no KEY=VALUE."],
    ['an open quote', 'A=1\nB="x\nC=2\n', 'x.env:2: the value of B begins with " and has no end.'],
    ['more behind a quote', "A='x'y", "x.env:1: something stands behind the closing ' of A."],
    ['a null character', 'A=1\nB=\0', 'x.env:2: B has a null character.'],
  ])('is refused for %s, with its line', (_, text, message) => {
    expect(() => parseEnvText(text, 'x.env')).toThrow(new StartFault({ code: 'ENV_FILE_INVALID', message }))
  })
})

describe('a file of variables that is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'env-test-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const pipe = join(folder, 'pipe')
  const large = join(folder, 'large.env')

  beforeAll(() => {
    execFileSync('mkfifo', [pipe])
    writeFileSync(large, `A=${'x'.repeat(1024 * 1024)}`)
  })

  it.each([
    ['a pipe that nobody writes into', pipe, 'it is no regular file'],
    ['a device without an end', '/dev/zero', 'it is no regular file'],
    ['a folder', folder, 'it is no regular file'],
    ['more than a MiB', large, 'it is larger than 1 MiB'],
    ['nothing', join(folder, 'missing.env'), 'there is no such file'],
  ])('is refused at once: %s', (_, path, reason) => {
    expect(() => readEnvFile(path)).toThrow(`The environment file ${path} cannot be read: ${reason}.`)
  })
})
