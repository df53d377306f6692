import { spawn } from 'node:child_process'

/** Opens an address in the person's browser. Resolves with why that failed, or with nothing; never rejects. */
export function openBrowser(url: string): Promise<string | undefined> {
  const [command, ...args] = commandFor(url)
  return new Promise((resolve) => {
    try {
      const child = spawn(command!, args, { stdio: 'ignore', detached: true })
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code) => resolve(code === 0 ? undefined : `${command} ended with ${code}`))
      child.once('spawn', () => child.unref())
      // Some of them stay for as long as the browser is open.
      setTimeout(() => resolve(undefined), 2_000).unref()
    } catch (error) {
      resolve(String(error))
    }
  })
}

function commandFor(url: string): readonly string[] {
  if (process.platform === 'darwin') return ['open', url]
  if (process.platform === 'win32') return ['cmd', '/c', 'start', '""', url]
  return ['xdg-open', url]
}
