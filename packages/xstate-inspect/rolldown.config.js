import { isAbsolute } from 'node:path'
import { defineConfig } from 'rolldown'

/** What dagmar's own inspector watches actors and draws machines with is taken in, so that the two agree. */
export default defineConfig({
  input: 'src/index.ts',
  platform: 'node',
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  output: { format: 'esm', file: 'dist/index.js', sourcemap: true, minify: false },
})
