import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { dagmar, expectNothingLeft, folderWith } from '../spawned-dagmar.ts'

/** Each call is a process. */
vi.setConfig({ testTimeout: 60_000 })

it('a variable that the configuration redacts reaches the command of a job, and no file', async () => {
  const folder = folderWith({ 'config.yaml': "jobs: { redact: ['*_TOKEN'] }" })
  const home = join(folder, 'home')
  const env = {
    DAGMAR_HOME: home,
    DAGMAR_CONFIG: join(folder, 'config.yaml'),
    MY_TOKEN: 'hush-4711',
    MY_NAME: 'told-4711',
  }
  const written = (text: string): readonly string[] =>
    readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => {
      const path = join(home, name)
      return statSync(path).isFile() && readFileSync(path).includes(text)
    })
  const script = 'test "$MY_TOKEN" = hush-"$N" && until [ -e go ]; do sleep 0.05; done'
  const words = ['dispatch', '--', 'env', 'N=4711', 'sh', '-c', script]
  const { stdout, code } = await dagmar(words, { env, cwd: folder }).ended
  expect(code).toBe(0)
  const id = stdout.trim()
  try {
    // The environment is written down as long as the job is open, but for that.
    expect([written('hush-4711'), written('told-4711')]).toEqual([
      [],
      [expect.stringMatching(/^environments\//)],
    ])
    await dagmar(['kill', id, '--yes'], { env }).ended
    expect([written('hush-4711'), written('told-4711')]).toEqual([[], []])
  } finally {
    await dagmar(['supervisor', 'stop', '--now'], { env }).ended
    await expectNothingLeft()
  }
})
