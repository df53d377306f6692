import { readdirSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { defineConfig } from 'rolldown'

/** What would cost more to look up than to load. Its licence is in THIRD-PARTY-LICENSES. */
const bundled = ['commander']

/** The other packages stay outside: types and instances of XState and RxJS must be the user's own. */
const external = (id) => !id.startsWith('.') && !isAbsolute(id) && !bundled.includes(id)

const output = { format: 'esm', sourcemap: true, minify: false }

/** Where it goes; tests build into folders of their own. */
const dist = process.env.DAGMAR_DIST ?? 'dist'

const examples = readdirSync('examples').filter((name) => name.endsWith('.ts'))

export default defineConfig([
  {
    // One bundle an entry point of the package, with what they share in chunks.
    input: {
      index: 'src/index.ts',
      compile: 'src/runtime/compile/compile.ts',
      machines: 'machines/index.ts',
      'plan-file': 'src/plan-file/index.ts',
      simulation: 'src/simulation/index.ts',
      testing: 'src/testing.ts',
      cli: 'src/cli/main.ts',
    },
    platform: 'node',
    external,
    output: { ...output, dir: dist, entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
  },
  {
    input: Object.fromEntries(examples.map((name) => [name.replace(/\.ts$/, ''), `examples/${name}`])),
    platform: 'node',
    external,
    output: { ...output, sourcemap: false, dir: `${dist}/examples` },
  },
])
