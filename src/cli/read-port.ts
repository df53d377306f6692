import { DagmarError } from '../errors/dagmar-error.ts'

/** The port that a flag gives; 0 for any that is free. Throws `CONFIG_INVALID`. */
export function readPort(flag: string, text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new DagmarError('CONFIG_INVALID', {
    message: `${flag} is '${text}', but it must be a port: 0 to 65535.`,
  })
}
