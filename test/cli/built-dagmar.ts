import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSources } from '../architecture/source-text.ts'

const top = fileURLToPath(new URL('../../', import.meta.url))
const builds = join(top, '.vitest')
const keptMs = 3_600_000

/**
 * The command line as users have it: the sources of this moment, built once for all tests of the same sources. It lies
 * inside the repository, so that it finds its dependencies.
 */
export function builtDagmar(): string {
  const hash = createHash('sha256')
  for (const { path, text } of readSources(
    ['machines', 'src', 'package.json', 'rolldown.config.js'],
    ['.ts', '.tsx', '.css', '.html', '.json', '.js'],
  )) {
    hash.update(`${path}\0${text}\0`)
  }
  const build = join(builds, `dagmar-${hash.digest('hex').slice(0, 16)}`)
  const main = join(build, 'dist/cli.js')
  if (existsSync(main)) return main
  forgetOldBuilds()
  const draft = `${build}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  copyFileSync(join(top, 'package.json'), join(draft, 'package.json'))
  for (const [tool, ...args] of [
    ['rolldown/bin/cli.mjs', '--logLevel', 'silent', '-c', 'rolldown.config.js'],
    ['vite/bin/vite.js', 'build', '-c', 'src/inspector/page/vite.config.js'],
  ]) {
    execFileSync(process.execPath, [join(top, 'node_modules', tool!), ...args], {
      cwd: top,
      env: { ...process.env, DAGMAR_DIST: join(draft, 'dist') },
      stdio: 'pipe',
    })
  }
  try {
    renameSync(draft, build)
  } catch {
    // Another test file was faster with the same sources.
    rmSync(draft, { recursive: true, force: true })
  }
  return main
}

function forgetOldBuilds(): void {
  if (!existsSync(builds)) return
  for (const name of readdirSync(builds)) {
    const build = join(builds, name)
    if (!name.startsWith('dagmar-') || Date.now() - statSync(build).mtimeMs < keptMs) continue
    rmSync(build, { recursive: true, force: true })
  }
}
