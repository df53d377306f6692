import { join } from 'node:path'
import type { Claimed } from 'dagmar'
import { sqliteClaims } from 'dagmar/sqlite'
import { describe, expect, it } from 'vitest'
import { drivers } from '../stores/drivers.ts'
import { newFolder } from '../stores/folders.ts'
import type { SpeakingProcess } from '../stores/speaking-process.ts'
import { claimingProcess } from './claiming-process.ts'

const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `t${index}`)

const tasksIn = ({ said }: SpeakingProcess, verb: string): readonly string[] =>
  said.filter((line) => line.startsWith(`${verb} `)).map((line) => line.split(' ')[1]!)

const [one, other] = [drivers[0]!, drivers.at(-1)!]

describe('two processes with the same tasks', () => {
  it('do each of 200 tasks once, in one of both', async () => {
    const path = join(newFolder(), 'claims.db')
    const both = await Promise.all(
      [one, other].map((driver) => claimingProcess(driver, path, 'work', { tasks: 200, ms: 30 })),
    )
    for (const { go } of both) go()
    await Promise.all(both.map(({ saying }) => saying('done')))
    for (const verb of ['began', 'completed']) {
      const all = both.flatMap((process) => tasksIn(process, verb))
      expect(all.toSorted()).toEqual(ids(200).toSorted())
      // Otherwise nobody has contended for anything.
      for (const process of both) expect(tasksIn(process, verb).length).toBeGreaterThan(0)
    }
    for (const [index, process] of both.entries()) {
      const elsewhere = tasksIn(both[1 - index]!, 'completed')
      expect(tasksIn(process, 'knows').toSorted()).toEqual(elsewhere.toSorted())
    }
  }, 60_000)

  it('take over what the other had when it is killed, and repeat nothing that it had completed', async () => {
    const path = join(newFolder(), 'claims.db')
    const size = { tasks: 200, ms: 40 }
    const dying = await claimingProcess(one, path, 'work', size)
    const living = await claimingProcess(other, path, 'work', size)
    dying.go()
    living.go()
    await dying.saying('completed', 30)
    dying.signal('SIGKILL')
    await dying.ended
    await living.saying('done')
    const before = tasksIn(dying, 'completed')
    const after = tasksIn(living, 'completed')
    expect(after.filter((taskId) => before.includes(taskId))).toEqual([])
    // The dying one may have ended a task, and not have come to say so.
    const settled = new Set([...after, ...tasksIn(living, 'knows')])
    expect([...settled].toSorted()).toEqual(ids(200).toSorted())
    const cutOff = tasksIn(dying, 'began').filter((taskId) => !before.includes(taskId))
    expect(cutOff.length).toBeGreaterThan(0)
    const unknown = tasksIn(living, 'knows').filter((taskId) => !before.includes(taskId))
    expect(cutOff).toEqual(expect.arrayContaining(unknown))
    const takenOver = cutOff.filter((taskId) => after.includes(taskId))
    expect(takenOver.length + unknown.length).toBe(cutOff.length)
    expect(takenOver.length).toBeGreaterThan(0)
  }, 60_000)
})

describe('a process that stood still and has lost its claim', () => {
  it('finds its fence stale when it goes on, and what it releases changes nothing', async () => {
    const path = join(newFolder(), 'claims.db')
    const stopped = await claimingProcess(one, path, 'claim')
    stopped.go()
    const fence = Number((await stopped.saying('fence')).split(' ')[1])
    stopped.signal('SIGSTOP')
    const claims = sqliteClaims(path, { driver: other })
    const request = {
      key: 'run/a',
      runId: 'run',
      taskId: 'a',
      attempt: 1,
      agentId: 'ada',
      owner: { id: 'later' },
    }
    expect(await claims.claim(request)).toEqual({ heldBy: `process ${stopped.pid}` })
    const taken = (await claims.claim({ ...request, after: fence })) as Claimed
    expect(taken.fence).toBeGreaterThan(fence)
    stopped.signal('SIGCONT')
    stopped.go()
    expect(await stopped.saying('holds')).toBe('holds false')
    await stopped.saying('released')
    expect(await claims.holds(taken)).toBe(true)
    claims.close()
  }, 60_000)
})
