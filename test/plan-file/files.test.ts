import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlanFileError, readPlanFile } from 'dagmar/plan-file'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dagmar-plan-'))
  writeFileSync(join(folder, 'night.yaml'), 'tasks: { a: { run: x, cwd: sub } }\n')
  writeFileSync(join(folder, 'bad.yaml'), 'tasks:\n  a: { rum: x }\n')
  writeFileSync(join(folder, 'picture.yaml'), new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff]))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function refusalOf(path: string): Promise<PlanFileError> {
  const error: unknown = await readPlanFile(path).catch((thrown: unknown) => thrown)
  if (error instanceof PlanFileError) return error
  throw new Error('the file was accepted')
}

describe('a file', () => {
  it('is read, named after itself, and its commands run in its folder', async () => {
    const { plan, file } = await readPlanFile(join(folder, 'night.yaml'))
    expect(file).toBe(join(folder, 'night.yaml'))
    expect(plan.name).toBe('night')
    expect(plan.tasks[0]!.work).toMatchObject({ cwd: join(folder, 'sub') })
  })

  it('may come from elsewhere than the file system', async () => {
    const read = async (path: string) => `name: from ${path}\ntasks: {}`
    expect((await readPlanFile('there.yaml', { read })).plan.name).toBe('from there.yaml')
  })

  it('that asks for worktrees is refused at each of them where there is certainly no repository', async () => {
    const path = join(folder, 'worktrees.yaml')
    const plan = `defaults: { worktree: true }
tasks:
  a: { run: x }
  b: { run: x, worktree: false }
  c: { run: x, worktree: true, git: snapshot }
  later: { run: x, cwd: still/to/be/made }
  open: { run: x, cwd: "\${{ input.at }}" }
`
    writeFileSync(path, plan)
    expect((await refusalOf(path)).problems.map(({ message }) => message)).toEqual(
      ['a', 'c'].map((id) => expect.stringContaining(`tasks.${id}.worktree needs a repository of git`)),
    )
    mkdirSync(join(folder, '.git'))
    const { plan: read } = await readPlanFile(path)
    rmSync(join(folder, '.git'), { recursive: true })
    expect(read.tasks.map(({ work }) => work)).toMatchObject([
      { worktree: true },
      {},
      { worktree: true, git: 'snapshot' },
      { worktree: true },
      { worktree: true },
    ])
    expect(read.tasks[1]!.work).not.toHaveProperty('worktree')
  })

  it('with problems is refused with its path as it was given', async () => {
    const path = join(folder, 'bad.yaml')
    const error = await refusalOf(path)
    expect(error.message.split('\n')).toEqual([
      `${path}:2:3: tasks.a.run is missing: every task has a command to run.`,
      `${path}:2:8: tasks.a.rum is an unknown field. Did you mean 'run'?`,
    ])
  })

  it('that is missing is refused, with the nearest name there is', async () => {
    const error = await refusalOf(join(folder, 'nigth.yaml'))
    expect(error).toMatchObject({ code: 'PLAN_UNREADABLE', problems: [], file: join(folder, 'nigth.yaml') })
    expect(error.message).toBe(`There is no file ${join(folder, 'nigth.yaml')}. Did you mean 'night.yaml'?`)
    expect((await refusalOf(join(folder, 'no', 'where.yaml'))).message).toMatch(/where\.yaml\.$/)
  })

  it('that is a folder, or below a file, is refused', async () => {
    expect((await refusalOf(folder)).message).toBe(
      `${folder} is a folder, not a plan file. Name the file in it.`,
    )
    expect((await refusalOf(join(folder, 'night.yaml', 'x'))).message).toContain('cannot be read: ENOTDIR')
  })

  it('that is no text is refused', async () => {
    expect((await refusalOf(join(folder, 'picture.yaml'))).message).toMatch(
      /picture\.yaml:1:1: The file is not a text in UTF-8\.$/,
    )
  })

  it('that is larger than 64 MiB is refused', async () => {
    const path = join(folder, 'large.yaml')
    writeFileSync(path, '#')
    truncateSync(path, 64 * 1024 * 1024 + 1)
    expect((await refusalOf(path)).message).toBe(`${path} cannot be read: it is larger than 64 MiB.`)
  })

  it('that has more values than the memory holds is refused before they are there', async () => {
    const path = join(folder, 'many.yaml')
    writeFileSync(path, `x-a: [${'[],'.repeat(2_000_001)}]`)
    expect((await refusalOf(path)).message).toContain('The text has more than 2000000 keys and values.')
  }, 60_000)
})

const hasPipes = existsSync('/usr/bin/mkfifo') || existsSync('/bin/mkfifo')

describe.runIf(hasPipes)('a pipe', () => {
  it('is read when somebody writes to it, and blocks nothing until then', async () => {
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const read = readPlanFile(path)
    let turns = 0
    for (; turns < 10; turns++) await new Promise((resolve) => setTimeout(resolve, 1))
    spawn('sh', ['-c', `echo 'tasks: { a: { run: x } }' > ${path}`])
    expect((await read).plan.tasks.map(({ id }) => id)).toEqual(['a'])
    expect(turns).toBe(10)
  })
})

describe.runIf(existsSync('/dev/zero'))('a device that never ends', () => {
  it('is refused', async () => {
    expect((await refusalOf('/dev/zero')).message).toBe('/dev/zero cannot be read: it is no regular file.')
  })
})
