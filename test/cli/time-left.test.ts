import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { keepTimes, timesOfLastRun } from '../../src/cli/run/last-run.ts'
import { stateFolder } from '../../src/system/state-folder.ts'
import { RunProgress } from '../../src/cli/view/run-progress.ts'
import { TimeLeft } from '../../src/cli/view/time-left.ts'
import { taskOf } from '../events/made-facts.ts'
import { FakeTerminal } from './fake-terminal.ts'
import { completes, shownRun, starts } from './shown-run.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function home(): { readonly DAGMAR_HOME: string } {
  const folder = mkdtempSync(join(tmpdir(), 'dagmar-home-'))
  folders.push(folder)
  return { DAGMAR_HOME: join(folder, 'own') }
}

describe('the time that a run probably goes on', () => {
  const structure = [
    { ...taskOf('build', []), estimateMs: 60_000 },
    { ...taskOf('test', ['build']), estimateMs: 120_000 },
    { ...taskOf('lint', []), estimateMs: 240_000 },
  ]
  const leftOf = (concurrency: number, took?: ReadonlyMap<string, number>) => {
    const progress = new RunProgress({ name: 'shown', structure })
    return new TimeLeft({ structure, progress, concurrency, ...(took === undefined ? {} : { took }) })
  }

  it('is the longest chain where there is room, and the work on all slots where there is not', () => {
    expect(leftOf(4).at(0)).toBe(240_000)
    expect(leftOf(1).at(0)).toBe(420_000)
  })

  it('goes by what tasks took before, rather than by estimates', () => {
    expect(leftOf(4, new Map([['lint', 1_000]])).at(0)).toBe(180_000)
  })

  it('is not known where little is known of the tasks', () => {
    const tasks = ['a', 'b', 'c'].map((id) => taskOf(id, []))
    const progress = new RunProgress({ name: 'shown', structure: tasks })
    const known = (took: Readonly<Record<string, number>>) =>
      new TimeLeft({ structure: tasks, progress, concurrency: 1, took: new Map(Object.entries(took)) }).at(0)
    expect(known({})).toBeUndefined()
    expect(known({ a: 10_000 })).toBeUndefined()
    expect(known({ a: 10_000, b: 20_000 })).toBe(45_000)
  })

  it('shrinks while tasks run, is never less than nothing, and is no more once the run ends', () => {
    const run = shownRun({ taskIds: ['build'], screen: new FakeTerminal({ columns: 80, rows: 10 }) })
    const left = new TimeLeft({
      structure: [taskOf('build', [])],
      progress: run.progress,
      concurrency: 1,
      took: new Map([['build', 10_000]]),
    })
    run.see({ type: 'run.started' })
    starts(run, 'build')
    run.clock.advance(4_000)
    expect(left.at(run.clock.now())).toBe(6_000)
    run.clock.advance(20_000)
    expect(left.at(run.clock.now())).toBeUndefined()
  })

  it('stands beside the counters, where there is room', () => {
    const screen = new FakeTerminal({ columns: 100, rows: 10 })
    const run = shownRun({ taskIds: ['build'], screen, leftMs: 125_000 })
    starts(run, 'build')
    run.clock.advance(100)
    expect(screen.belowCursor[0]).toContain('0s · about 2m05s left')
    screen.resize(24, 10)
    expect(screen.belowCursor[0]).not.toContain('left')
  })
})

describe('how long tasks took in the last run of a plan', () => {
  const ran = (...ids: readonly string[]) => {
    const run = shownRun({ taskIds: ['build', 'test'], screen: new FakeTerminal({ columns: 80, rows: 10 }) })
    for (const id of ids) {
      starts(run, id)
      run.clock.advance(3_000)
      completes(run, id)
    }
    return run.progress
  }

  it("is kept in the user's folder, which nobody else can read", () => {
    const env = home()
    keepTimes(env, 'plan.yaml', ran('build'), new Map())
    expect(timesOfLastRun(env, './plan.yaml')).toEqual(new Map([['build', 3_000]]))
    expect(timesOfLastRun(env, 'other/plan.yaml')).toEqual(new Map())
    expect(statSync(env.DAGMAR_HOME).mode & 0o777).toBe(0o700)
    const [file] = readdirSync(join(env.DAGMAR_HOME, 'last-runs'))
    expect(statSync(join(env.DAGMAR_HOME, 'last-runs', file!)).mode & 0o777).toBe(0o600)
  })

  it('stays for tasks that do not run this time', () => {
    const env = home()
    keepTimes(env, 'plan.yaml', ran('build'), new Map([['test', 9_000]]))
    expect(timesOfLastRun(env, 'plan.yaml')).toEqual(
      new Map([
        ['test', 9_000],
        ['build', 3_000],
      ]),
    )
  })

  it.each(['', 'null', '[]', '{"tasks":{"build":"long","test":-1}}'])(
    'is unknown where the file holds %j',
    (text) => {
      const env = home()
      keepTimes(env, 'plan.yaml', ran('build'), new Map())
      const folder = join(env.DAGMAR_HOME, 'last-runs')
      writeFileSync(join(folder, readdirSync(folder)[0]!), text)
      expect(timesOfLastRun(env, 'plan.yaml')).toEqual(new Map())
    },
  )

  it('is not kept where the folder cannot be made, which is no failure', () => {
    const env = home()
    writeFileSync(env.DAGMAR_HOME, 'a file')
    expect(() => keepTimes(env, 'plan.yaml', ran('build'), new Map())).not.toThrow()
  })
})

describe("the user's folder", () => {
  it('is DAGMAR_HOME, else that for states, else the usual one', () => {
    expect(stateFolder({ DAGMAR_HOME: '/own', XDG_STATE_HOME: '/state' })).toBe('/own')
    expect(stateFolder({ DAGMAR_HOME: '', XDG_STATE_HOME: '/state' })).toBe('/state/dagmar')
    expect(stateFolder({ XDG_STATE_HOME: 'relative' })).toMatch(/\/\.local\/state\/dagmar$/)
  })
})
