import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of this package: a bundle lies in dist or in dist/chunks, a source in src/jobs. */
const root = new URL(
  import.meta.url.endsWith('.ts') || import.meta.url.includes('/chunks/') ? '../../' : '../',
  import.meta.url,
)

/** The command line of this package, which has to be built. */
export function commandLine(): string {
  return fileURLToPath(new URL('dist/cli.js', root))
}

let version: string | undefined

/** The version of this package. */
export function packageVersion(): string {
  version ??= (
    JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { readonly version: string }
  ).version
  return version
}
