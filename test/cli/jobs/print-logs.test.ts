import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { CommandIo } from '../../../src/cli/jobs/command-io.ts'
import { type LogsFlags, printLogs } from '../../../src/cli/jobs/print-logs.ts'
import { painter } from '../../../src/cli/screen/colours.ts'
import { fakeJobs } from './fake-jobs.ts'
import { taskOf } from './made-jobs.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A job whose tasks have put that out. */
function jobWith(logs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'print-logs-test-'))
  folders.push(folder)
  const output = join(folder, 'output')
  mkdirSync(output)
  for (const [name, text] of Object.entries(logs)) writeFileSync(join(output, name), text, 'latin1')
  const made = () => fakeJobs([{ id: 'j1', status: 'running', folder, tasks: [taskOf('a'), taskOf('b')] }])
  // The fake tells one of those that wait.
  return {
    jobs: made(),
    others: made(),
    append: (name: string, text: string) => appendFileSync(join(output, name), text),
  }
}

interface Screen {
  readonly columns?: number
  readonly isColoured?: boolean
}

/** Prints to somebody who keeps it. */
function printing(
  jobs: Parameters<typeof printLogs>[0],
  task: string | undefined,
  flags: LogsFlags = {},
  { columns, isColoured = false }: Screen = {},
) {
  const pieces: Uint8Array[] = []
  const notes: string[] = []
  const print = async (piece: string | Uint8Array): Promise<boolean> => {
    pieces.push(Buffer.from(piece))
    return true
  }
  const io: CommandIo = {
    print,
    printBytes: print,
    note: (line) => notes.push(line),
    columns,
    isColoured,
    paint: painter(false),
    now: () => Date.now(),
    confirm: undefined,
  }
  const text = (): string => Buffer.concat(pieces).toString('latin1')
  return { text, notes, exitCode: printLogs(jobs, 'j1', task, flags, io) }
}

const wild = '\u001b[31mred\u001b[0m\tone\rtwo\u001b[2J\nno end \u00ff'

describe('dagmar logs', () => {
  it('prints the bytes as they are where a program reads them', async () => {
    const { jobs } = jobWith({ 'a.1.log': wild })
    const printed = printing(jobs, 'a')
    expect(await printed.exitCode).toBe(0)
    expect(printed.text()).toBe(wild)
  })

  it('prints nothing but text, and perhaps colours, on a terminal', async () => {
    const { jobs } = jobWith({ 'a.1.log': wild.replace('\u00ff', '') })
    const plain = printing(jobs, 'a', {}, { columns: 80 })
    await plain.exitCode
    expect(plain.text()).toBe('two\nno end \n')
    const line = jobWith({ 'a.1.log': '\u001b[31mred\u001b[2J\n' })
    const coloured = printing(line.jobs, 'a', {}, { columns: 80, isColoured: true })
    await coloured.exitCode
    expect(coloured.text()).toBe('\u001b[31mred\u001b[0m\n')
  })

  it('prints each log under its name where there are several', async () => {
    const { jobs } = jobWith({ 'a.1.log': 'one\n', 'a.2.log': 'two\n', 'b.1.log': 'of b\n' })
    const printed = printing(jobs, undefined)
    await printed.exitCode
    expect(printed.text()).toBe('==> a <==\none\n\n==> a, attempt 2 <==\ntwo\n\n==> b <==\nof b\n')
  })

  it('says where nothing has been put out', async () => {
    const printed = printing(jobWith({}).jobs, undefined)
    expect(await printed.exitCode).toBe(0)
    expect(printed.notes).toEqual(['dagmar: nothing has been put out'])
  })

  it('follows one task as it is, and several line by line under their names, until the job is settled', async () => {
    const { jobs, others, append } = jobWith({ 'a.1.log': 'one\n' })
    const one = printing(jobs, 'a', { follow: true })
    const all = printing(others, undefined, { follow: true }, { columns: 80 })
    await vi.waitFor(() => expect(one.text() + all.text()).toBe('one\na | one\n'))
    append('a.1.log', 'tw')
    append('b.1.log', '\u001b[2Jof b\n')
    await vi.waitFor(() => expect(one.text() + all.text()).toBe('one\ntwa | one\nb | of b\n'))
    append('a.1.log', 'o')
    for (const one of [jobs, others]) one.settle('j1', 'completed')
    expect(await Promise.all([one.exitCode, all.exitCode])).toEqual([0, 0])
    expect(one.text()).toBe('one\ntwo')
    expect(all.text()).toBe('a | one\nb | of b\na | two\n')
  })
})
