import { readdirSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { defineConfig } from 'rolldown'

/** What would cost more to look up than to load. Its licence is in THIRD-PARTY-LICENSES. */
const bundled = ['commander', 'yaml']

/** The other packages stay outside: types and instances of XState and RxJS must be the user's own. */
const external = (id) => !id.startsWith('.') && !isAbsolute(id) && !bundled.includes(id)

const output = { format: 'esm', sourcemap: true, minify: false }

/**
 * Commander can start commands that are programs of their own, which dagmar has none of. To load what would start them
 * takes a good part of what `dagmar --help` takes.
 */
const noProgramsOfCommander = {
  name: 'no-programs-of-commander',
  transform: {
    filter: { id: /commander\/lib\/command\.js$/ },
    handler: (code) => ({ code: code.replace("require('node:child_process')", 'undefined'), map: null }),
  },
}

/** The command line as the small program that begins it finds it: a file beside it. */
const besideIt = {
  name: 'command-line-beside-it',
  resolveId: {
    filter: { id: /\/command-line\.ts$/ },
    handler: () => ({ id: './command-line.js', external: true }),
  },
}

/**
 * What is needed together lies in one file, because each file takes about a millisecond to find. Plans are read without
 * XState and RxJS; what needs these is a file of its own. What is loaded when it is first used stays apart, and so does
 * what agents alone need.
 */
const groups = [
  { name: 'command-line', test: /\/commander\/|\/src\/cli\/(?:program|screen\/reader-gone)\.ts/ },
  {
    name: 'plans',
    test: /\/src\/(?:errors|graph|time|chance|containers)\/|\/src\/text\/(?:listed|spelled-out|with-noun)|\/src\/executors\/(?:attempt|built-in|command)\.ts/,
  },
  {
    name: 'machines',
    test: /\/machines\/(?!(?:agent|index)\.)|\/src\/runtime\/compile\/(?:driven|drive|flat-table)\.ts/,
  },
  {
    name: 'runtime',
    test: /\/src\/(?:events|stores\/[\w-]+\.ts|runtime\/(?!agents|compile|consume|durable|steps\/(?:recover-run|restore-task)|run\/(?:run-past|older-facts|kept-values|json-codec)|standstill-watch|store-silent|warm-run)|executors\/(?!prompt)[\w-]+\.ts|scheduling\/[\w-]+\.ts)/,
  },
]

/** Where it goes; tests build into folders of their own. */
const dist = process.env.DAGMAR_DIST ?? 'dist'

const examples = readdirSync('examples').filter((name) => name.endsWith('.ts'))

export default defineConfig([
  {
    // One bundle an entry point of the package, with what they share in chunks.
    input: {
      index: 'src/index.ts',
      agents: 'src/runtime/agents/index.ts',
      compile: 'src/runtime/compile/compile.ts',
      inspector: 'src/inspector/index.ts',
      jobs: 'src/jobs/index.ts',
      journal: 'src/stores/journal/index.ts',
      machines: 'machines/index.ts',
      'plan-file': 'src/plan-file/index.ts',
      simulation: 'src/simulation/index.ts',
      sqlite: 'src/stores/sqlite/index.ts',
      terminal: 'src/terminal.ts',
      testing: 'src/testing.ts',
      'command-line': 'src/cli/command-line.ts',
    },
    platform: 'node',
    external,
    plugins: [noProgramsOfCommander],
    output: {
      ...output,
      dir: dist,
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
      codeSplitting: { groups },
    },
  },
  {
    // Apart from the rest, so that `dagmar dispatch -- <command>` loads two small files and nothing else.
    input: { cli: 'src/cli/main.ts' },
    platform: 'node',
    external,
    plugins: [besideIt],
    output: { ...output, dir: dist, entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
  },
  {
    input: Object.fromEntries(examples.map((name) => [name.replace(/\.ts$/, ''), `examples/${name}`])),
    platform: 'node',
    external,
    output: { ...output, sourcemap: false, dir: `${dist}/examples` },
  },
])
