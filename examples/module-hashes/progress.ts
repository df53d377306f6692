import type { Fact } from 'dagmar'
import { distinctUntilChanged, filter, map, type Observable, scan } from 'rxjs'

/** The part of `process.stdout` that is needed here. */
export interface Terminal {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

const width = 24
/** A terminal's line changes at most once in that many milliseconds. */
const frameMs = 40

/** On a terminal one line that changes and goes away in the end; elsewhere a line for each quarter. */
export function showProgress(facts$: Observable<Fact>, modules: number, stdout: Terminal): void {
  const hashed$ = facts$.pipe(
    filter((fact) => fact.type === 'task.completed'),
    scan(({ count }, { taskId, at }) => ({ count: count + 1, taskId, at }), { count: 0, taskId: '', at: 0 }),
  )
  if (stdout.isTTY === true) {
    hashed$
      .pipe(
        // By the facts' own instants and not by a timer, which might fire into the summary.
        distinctUntilChanged((last, next) => Math.floor(last.at / frameMs) === Math.floor(next.at / frameMs)),
        map(({ count, taskId }) => {
          const filled = Math.round((width * count) / modules)
          const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
          return `${bar} ${count} of ${modules}  ${taskId}`.slice(0, (stdout.columns ?? 80) - 1)
        }),
      )
      .subscribe({
        next: (line) => stdout.write(`\r\u001b[K${line}`),
        complete: () => stdout.write('\r\u001b[K'),
      })
    return
  }
  hashed$
    .pipe(
      map(({ count }) => Math.floor((4 * count) / modules)),
      distinctUntilChanged(),
      filter((quarters) => quarters > 0),
    )
    .subscribe((quarters) =>
      stdout.write(`hashed ${25 * quarters} % of the ${modules === 1 ? 'module' : `${modules} modules`}\n`),
    )
}
