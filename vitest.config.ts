import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// The tests run what users run: without this, Vitest would load XState's development build.
process.env.NODE_ENV = 'production'
// What dagmar keeps between runs is the user's own; it makes the folder when it has something to keep.
process.env.DAGMAR_HOME = join(tmpdir(), `dagmar-test-state-${process.pid}`)

export default defineConfig({
  resolve: {
    alias: [
      { find: /^dagmar$/, replacement: source('./src/index.ts') },
      { find: /^dagmar\/agents$/, replacement: source('./src/runtime/agents/index.ts') },
      { find: /^dagmar\/compile$/, replacement: source('./src/runtime/compile/compile.ts') },
      { find: /^dagmar\/inspector$/, replacement: source('./src/inspector/index.ts') },
      { find: /^dagmar\/journal$/, replacement: source('./src/stores/journal/index.ts') },
      { find: /^dagmar\/plan-file$/, replacement: source('./src/plan-file/index.ts') },
      { find: /^dagmar\/simulation$/, replacement: source('./src/simulation/index.ts') },
      { find: /^dagmar\/sqlite$/, replacement: source('./src/stores/sqlite/index.ts') },
      { find: /^dagmar\/terminal$/, replacement: source('./src/terminal.ts') },
      { find: /^dagmar\/testing$/, replacement: source('./src/testing.ts') },
      { find: /^dagmar\/machines$/, replacement: source('./machines/index.ts') },
    ],
  },
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    setupFiles: ['test/ways/actors.ts', 'test/ways/seed.ts'],
    testTimeout: 20_000,
    pool: 'forks',
    maxWorkers: 2,
    typecheck: {
      enabled: true,
      checker: 'tsc',
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
    coverage: {
      enabled: false,
      provider: 'v8',
      include: ['machines/**/*.ts', 'src/**/*.ts'],
    },
  },
})
