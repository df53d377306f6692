import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { writeRotatingFile } from '../../../src/executors/process/rotating-file.ts'
import { logPath } from '../../../src/executors/process/log-path.ts'

/** A new folder with these files, which goes at the end of the test. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'logs-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

export function append(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true })
  appendFileSync(join(folder, name), text)
}

/** What the process executor writes a log with. */
export function rotatingLog(folder: string, taskId: string, attempt: number, mostBytes: number) {
  const path = logPath(folder, { taskId, attempt })
  const stream = writeRotatingFile(path, { mostBytes, mostWaitingBytes: 1 << 16, rotated: () => undefined })
  return {
    path,
    write: (text: string) => new Promise<void>((resolve) => void stream.write(text, () => resolve())),
    end: () => new Promise<void>((resolve) => void stream.end(resolve)),
  }
}
