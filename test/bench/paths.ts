import { fileURLToPath } from 'node:url'

/** The repository. The benchmark runs out of `dist`, so the package's own name tells where it is. */
export function repository(): string {
  return fileURLToPath(new URL('.', import.meta.resolve('dagmar/package.json')))
}

/** The folder with the peers' own package.json. */
export function peersFolder(): string {
  return `${repository()}test/bench/`
}

/** A compiled adapter of a peer. It lies beside the peers' node_modules, since it imports from there. */
export function adapterUrl(adapter: string): string {
  return new URL(`test/bench/dist/peers/${adapter}.js`, import.meta.resolve('dagmar/package.json')).href
}
