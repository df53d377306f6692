import { type CommandOptions, command, plan, processExecutor } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { partsOf, readSources } from '../architecture/source-text.ts'

describe('a command', () => {
  it('is data for the executor of processes', () => {
    expect(command('npm test')).toEqual({
      executor: 'process',
      work: { run: 'npm test' },
      defaults: { stall: { after: '60s' } },
    })
    const options: CommandOptions = {
      env: { PORT: 80, HOME: undefined },
      envFile: '.env',
      cwd: 'web',
      shell: 'bash',
    }
    expect(command('npm test', options).work).toEqual({
      run: 'npm test',
      env: { PORT: '80', HOME: null },
      envFiles: ['.env'],
      cwd: 'web',
      shell: 'bash',
    })
    expect(command('npm', ['run', 'build'], { envFile: ['a', 'b'] }).work).toEqual({
      run: ['npm', 'run', 'build'],
      envFiles: ['a', 'b'],
    })
    expect(command('true', []).work).toEqual({ run: ['true'] })
  })

  it('changes no more, whatever becomes of what it was made of', () => {
    const args = ['a']
    const made = command('echo', args)
    args.push('b')
    expect(made.work).toEqual({ run: ['echo', 'a'] })
    expect(JSON.parse(JSON.stringify(made))).toEqual(made)
    expect(Object.isFrozen(made) && Object.isFrozen(made.work)).toBe(true)
  })

  it('stalls after a minute of silence, unless the task says otherwise', () => {
    const tasks = {
      a: { run: command('true') },
      b: { stall: { after: '5s' }, run: command('true') },
    } as const
    const stalls = plan({ name: 'p', tasks }).tasks.map(({ policy }) => policy.stallAfterMs)
    expect(stalls).toEqual([60_000, 5_000])
  })

  const bad =
    (...args: readonly unknown[]) =>
    () =>
      (command as (...all: readonly unknown[]) => unknown)(...args)

  it.each([
    ['no text', bad(3), 'command is 3'],
    ['nothing', bad('  '), "command is '  '"],
    ['an empty file', bad('', []), 'command.file is'],
    ['a file like an option', bad('-x', []), "does not begin with '-'"],
    ['an argument that is no text', bad('a', ['b', 3]), 'command.args[1] is 3'],
    ['an argument with a null character', bad('a', ['b\0']), 'command.args[0] is'],
    ['a hole among the arguments', bad('a', Array.from({ length: 1 })), 'command.args[0] is undefined'],
    ['an unknown option', bad('a', { envfile: 'x' }), "Did you mean 'envFile'?"],
    ['a shell for a file', bad('a', [], { shell: 'bash' }), 'runs without a shell'],
    ['a shell that is no text', bad('a', { shell: true }), 'command.options.shell is true'],
    ['an empty directory', bad('a', { cwd: '' }), 'command.options.cwd is'],
    ['variables in a list', bad('a', { env: ['A=1'] }), 'command.options.env is an array'],
    ['a variable that would be an option', bad('a', { env: { '-i': '1' } }), "without '-' at its beginning"],
    ['a variable of another kind', bad('a', { env: { A: true } }), 'command.options.env.A is true'],
    ['a variable that is no number', bad('a', { env: { A: Number.NaN } }), 'command.options.env.A is NaN'],
    ['a variable without a name', bad('a', { env: { '': 'x' } }), 'The name of a variable'],
    ['a variable with = in its name', bad('a', { env: { 'A=B': 'x' } }), 'The name of a variable'],
    ['an environment file that is none', bad('a', { envFile: ['x', 1] }), 'command.options.envFile[1] is 1'],
  ])('is refused when it has %s', (_, make, message) => {
    expect(make).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) }),
    )
  })
})

describe('the executor of processes', () => {
  it.each([
    ['an unknown option', { logdir: 'x' }, "Did you mean 'logDir'?"],
    ['no capacity', { capacity: 0 }, 'processExecutor.options.capacity is 0'],
    ['no directory', { logDir: '' }, 'processExecutor.options.logDir is'],
  ])('is refused when it has %s', (_, options, message) => {
    expect(() => processExecutor(options as object)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) }),
    )
  })

  it('is not there to import before the first command starts: dagmar loads nothing of node by itself', () => {
    const files = new Map(readSources(['src', 'machines'], ['.ts']).map(({ path, text }) => [path, text]))
    const seen = new Set<string>()
    const outside = new Set<string>()
    const visit = (path: string): void => {
      if (seen.has(path)) return
      seen.add(path)
      const code = partsOf(files.get(path)!)
        .map(({ kind, text }) => (kind === 'comment' ? '' : text))
        .join('')
      // Types are gone by then, and `import()` is what is meant to come later.
      for (const [, names, specifier] of code.matchAll(
        /^(?:import|export)\b(?! type\b)([^;'"]*?)\bfrom '([^']+)'/gm,
      )) {
        if (/^\s*\{(?:\s*type \w+,?)*\s*\}\s*$/.test(names!)) continue
        if (specifier!.startsWith('.')) visit(new URL(specifier!, `file:///${path}`).pathname.slice(1))
        else outside.add(specifier!)
      }
    }
    visit('src/index.ts')
    expect(seen).toContain('src/executors/process/process-executor.ts')
    expect(seen).not.toContain('src/executors/process/live-commands.ts')
    expect([...outside].filter((name) => name.startsWith('node:'))).toEqual([])
  })
})
