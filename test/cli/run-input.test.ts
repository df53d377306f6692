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
    const value = `a=${'['.repeat(20_000)}${']'.repeat(20_000)}`
    expect(() => runInput({ planned: {}, given: undefined, settings: [value] })).toThrow('more than 100 deep')
    const folder = folderWith({ 'deep.json': `${'['.repeat(50_000)}1${']'.repeat(50_000)}` })
    await expect(readInput(join(folder, 'deep.json'))).rejects.toThrow('more than 100 deep')
  })

  it.each([
    ['3.10', '3.10'],
    ['3.1', 3.1],
    ['1.0', '1.0'],
    ['1e3', '1e3'],
    ['0x10', '0x10'],
    ['007', '007'],
    ['+1', '+1'],
    ['-1', -1],
    ['-0', '-0'],
    ['12345678901234567890', '12345678901234567890'],
    ['1e400', '1e400'],
    [' 5', ' 5'],
    ['.5', '.5'],
    ['NaN', 'NaN'],
    ['true', true],
    ['null', null],
    ['"3"', '3'],
    ['[1, "a"]', [1, 'a']],
    ['', ''],
  ])('reads %s as what JSON would spell so, and else as a text', (text, value) => {
    expect(runInput({ planned: {}, given: undefined, settings: [`a=${text}`] })).toEqual({ a: value })
  })

  it('refuses a number inside of a list that would become another text', () => {
    expect(() => runInput({ planned: {}, given: undefined, settings: ['versions=[3.9, 3.10]'] })).toThrow(
      'has the number 3.10, which would become 3.1. Write it so, or as a text: "3.10".',
    )
  })

  it('sets an element of a list by its number, and refuses what is none', () => {
    const planned = { list: [1, { name: 'two' }], empty: [], text: 'x' }
    const set = (setting: string) => runInput({ planned, given: undefined, settings: [setting] })
    expect(set('list.0=9')).toEqual({ ...planned, list: [9, { name: 'two' }] })
    expect(set('list.1.name=b')).toEqual({ ...planned, list: [1, { name: 'b' }] })
    expect(runInput({ planned: ['a', 'b'], given: undefined, settings: ['1=c'] })).toEqual(['a', 'c'])
    expect(() => set('list.2=9')).toThrow("names '2' of a list, which has the elements 0 to 1.")
    expect(() => set('list.length=9')).toThrow("names 'length' of a list")
    expect(() => set('list.01=9')).toThrow("names '01' of a list")
    expect(() => set('list.-1=9')).toThrow("names '-1' of a list")
    expect(() => set('empty.0=9')).toThrow('which has no elements.')
    expect(() => set('text.0=9')).toThrow("names '0' of 'x', which has no fields.")
    expect(planned.list).toEqual([1, { name: 'two' }])
  })

  it('takes no harm from odd keys', () => {
    const input = runInput({ planned: {}, given: undefined, settings: ['__proto__.polluted=1'] })
    expect(Object.keys(input as object)).toEqual(['__proto__'])
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined)
    const again = runInput({
      planned: input,
      given: undefined,
      settings: ['constructor.prototype.polluted=1'],
    })
    expect(Object.keys(again as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined)
  })

  it.each(['novalue', '=1', 'a..b=1', '.a=1'])('refuses the setting %s', (setting) => {
    expect(() => runInput({ planned: {}, given: undefined, settings: [setting] })).toThrow('key=value')
  })

  it('is refused where it has a number that would come to commands as another one', async () => {
    const folder = folderWith({
      'id.json': '{"a": {"id": 1234567890123456789}}',
      'far.yaml': 'far: .inf',
      'fine.yaml': '{ a: 0x10, b: 1.10, c: +5, d: 1e3, e: "1234567890123456789" }',
    })
    await expect(readInput(join(folder, 'id.json'))).rejects.toThrow(
      'has a number that JavaScript cannot hold exactly: line 1, column 14: 1234567890123456789. Write it as a text.',
    )
    await expect(readInput(join(folder, 'far.yaml'))).rejects.toThrow('.inf')
    expect(await readInput(join(folder, 'fine.yaml'))).toEqual({
      a: 16,
      b: 1.1,
      c: 5,
      d: 1_000,
      e: '1234567890123456789',
    })
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
