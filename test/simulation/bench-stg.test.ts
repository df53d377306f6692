import { afterEach, expect, it, vi } from 'vitest'

const argv = process.argv

afterEach(() => {
  process.argv = argv
  vi.restoreAllMocks()
  vi.resetModules()
})

it.each([
  [['--efort', '5'], "Unknown option '--efort'"],
  [['--effort', 'much'], "--effort is 'much', but it must be an integer of 0 or more."],
])('the benchmark of task graphs ends with exit code 2 and its usage for %j', async (args, message) => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('The process is over.')
  })
  process.argv = [...argv.slice(0, 2), ...args]
  await expect(import('../bench/stg.ts')).rejects.toThrow('The process is over.')
  expect(exit).toHaveBeenCalledExactlyOnceWith(2)
  const [text] = said.mock.calls[0]!
  expect(text).toContain(message)
  expect(text).toContain('npm run bench:stg -- [--effort <n>]')
  expect(text).not.toContain('    at ')
})
