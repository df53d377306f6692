import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DagmarError } from '../../errors/dagmar-error.ts'

/** Where the page lies: beside this bundle, above its chunks, or where a build from source has put it. */
function places(): readonly (string | URL)[] {
  if (!import.meta.url.endsWith('.ts')) return ['./inspector.html', '../inspector.html']
  return [pathToFileURL(resolve(process.env['DAGMAR_DIST'] ?? 'dist', 'inspector.html'))]
}

/** The inspector's page, as it was built. Rejects with `INSPECTOR_FAILED` where it is missing. */
export async function readPage(): Promise<string> {
  for (const place of places()) {
    try {
      return await readFile(new URL(place, import.meta.url), 'utf8')
    } catch {}
  }
  throw new DagmarError('INSPECTOR_FAILED', {
    message: "The inspector's page is missing: dagmar was not installed whole, or not built.",
    hint: 'Install it again; in a checkout, npm run build makes it.',
  })
}

/** The policy that lets the page's own scripts and styles work, and nothing else; `connect` is where it may connect to. */
export function policyFor(page: string, connect: string): string {
  const scripts = [...page.matchAll(/<script(?:\s+type="module")?(?:\s+crossorigin)?>([\s\S]*?)<\/script>/g)]
  const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)]
  return [
    "default-src 'none'",
    `script-src ${hashes(scripts)}`,
    `style-src ${hashes(styles)}`,
    'img-src data:',
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** The page with a policy in it, which it keeps where it is saved. */
export function withPolicy(page: string, policy: string): string {
  const head = page.indexOf('<head>') + '<head>'.length
  return `${page.slice(0, head)}<meta http-equiv="Content-Security-Policy" content="${policy}">${page.slice(head)}`
}

function hashes(found: readonly RegExpMatchArray[]): string {
  return found.length === 0 ? "'none'" : found.map(([, text]) => `'sha256-${digest(text!)}'`).join(' ')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
