import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readInput, runInput } from '../../src/cli/run/run-input.ts'
import { folderWith } from './spawned-dagmar.ts'

const planned = { region: 'us', deploy: { to: 'test', replicas: 2 } }

describe('the input of a run', () => {
  it("is the plan's, with what a file says over it and single settings over both", () => {
    const given = { deploy: { to: 'stage' }, tags: ['a'] }
    const settings = ['deploy.replicas=5', 'region=eu', 'deploy.dry=true', 'note=a=b', 'tags=["b"]']
    expect(runInput({ planned, given, settings })).toEqual({
      region: 'eu',
      deploy: { to: 'stage', replicas: 5, dry: true },
      tags: ['b'],
      note: 'a=b',
    })
    expect(planned.deploy).toEqual({ to: 'test', replicas: 2 })
  })

  it('may be no object, as long as no field of it is set', () => {
    expect(runInput({ planned, given: [1, 2], settings: [] })).toEqual([1, 2])
    expect(runInput({ planned: undefined, given: undefined, settings: [] })).toBe(undefined)
    expect(runInput({ planned: undefined, given: undefined, settings: ['a.b=1'] })).toEqual({ a: { b: 1 } })
    expect(() => runInput({ planned: 'text', given: undefined, settings: ['a=1'] })).toThrow('not an object')
  })

  it('is refused, in a sentence, where it is nested too deeply', async () => {
    const deep = `${'a.'.repeat(20_000)}a=1`
    expect(() => runInput({ planned: {}, given: undefined, settings: [deep] })).toThrow(
      '--set a.a.a… names a field more than 100 objects deep.',
    )
    const folder = folderWith({ 'deep.json': `${'['.repeat(50_000)}1${']'.repeat(50_000)}` })
    await expect(readInput(join(folder, 'deep.json'))).rejects.toThrow('more than 100 deep')
  })

  it('takes no harm from odd keys', () => {
    const input = runInput({ planned: {}, given: undefined, settings: ['__proto__.polluted=1'] })
    expect(Object.keys(input as object)).toEqual(['__proto__'])
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined)
  })

  it.each(['novalue', '=1', 'a..b=1', '.a=1'])('refuses the setting %s', (setting) => {
    expect(() => runInput({ planned: {}, given: undefined, settings: [setting] })).toThrow('key=value')
  })

  it('is read from JSON or YAML, and says which file is wrong', async () => {
    const folder = folderWith({ 'a.json': '{"a": 1}', 'b.yaml': 'b: [1, x]', 'c.yaml': 'c: [' })
    expect(await readInput(join(folder, 'a.json'))).toEqual({ a: 1 })
    expect(await readInput(join(folder, 'b.yaml'))).toEqual({ b: [1, 'x'] })
    await expect(readInput(join(folder, 'c.yaml'))).rejects.toThrow(
      'c.yaml is neither JSON nor YAML: line 1, column 5: ',
    )
    await expect(readInput(join(folder, 'd.yaml'))).rejects.toThrow('cannot be read')
    await expect(readInput(folder)).rejects.toThrow('cannot be read: it is a folder.')
    await expect(readInput('/dev/null')).rejects.toThrow('cannot be read: it is no regular file.')
  })
})
