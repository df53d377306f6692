import type { JobSummary } from '../../jobs/job.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Clock, TimerId } from '../../time/clock.ts'
import type { Paint } from '../screen/colours.ts'
import { LiveBlock } from '../screen/live-block.ts'
import type { Screen } from '../screen/screen.ts'
import { rowOf, type Span } from '../screen/spans.ts'
import { waitingWords } from './waiting-words.ts'

export interface WaitingViewOptions {
  readonly screen: Screen
  readonly clock: Clock
  readonly paint: Paint
  /** A row that is painted again and again; else a line whenever something else is waited for. */
  readonly isLive: boolean
  /** Somebody has keys. */
  readonly hasKeys: boolean
}

/** Shows what a job waits for that has not started. */
export interface WaitingView {
  see(summary: JobSummary): void
  /** A line that stays. */
  say(sentence: string): void
  /** Gives the terminal back until the next thing to show. */
  pause(): void
  /** Goes on in lines. */
  leave(): void
  /** Gives the terminal back. */
  close(): void
}

export function waitingView({ screen, clock, paint, hasKeys, ...options }: WaitingViewOptions): WaitingView {
  const block = new LiveBlock(screen)
  let { isLive } = options
  let last: JobSummary | undefined
  let printed = ''
  let timer: TimerId
  let isClosed = false
  let lines: string[] = []

  const paintNow = (): void => {
    clock.clearTimeout(timer)
    if (last === undefined || isClosed) return
    const columns = screen.columns - 1
    const rows: Span[][] = [
      [
        [`${last.name} `, 'strong'],
        [waitingWords(last, clock.now()), 'odd'],
        [` · ${last.id}`, 'faint'],
      ],
    ]
    if (hasKeys && screen.rows > 1) rows.push([['d detach', 'faint']])
    block.paint(
      rows.map((spans) => rowOf(spans, columns, paint)),
      lines,
    )
    lines = []
    timer = clock.setTimeout(paintNow, 1_000)
  }
  const print = (): void => {
    if (last === undefined) return
    const { status, notBefore, message } = last
    const about = JSON.stringify([status, notBefore, message])
    if (about === printed) return
    printed = about
    screen.write(`${shownText(last.name)} ${shownText(waitingWords(last, clock.now()))}\n`)
  }
  const stopListening = screen.onResize(() => {
    if (isLive) paintNow()
  })
  return {
    see: (summary) => {
      if (isClosed) return
      last = summary
      if (isLive) paintNow()
      else print()
    },
    say: (sentence) => {
      const line = shownText(sentence)
      if (isLive) {
        lines.push(paint(line, 'strong'))
        paintNow()
      } else screen.write(`${line}\n`)
    },
    pause: () => {
      if (!isLive || isClosed) return
      clock.clearTimeout(timer)
      block.close()
    },
    leave: () => {
      if (!isLive || isClosed) return
      isLive = false
      clock.clearTimeout(timer)
      block.close()
      print()
    },
    close: () => {
      if (isClosed) return
      isClosed = true
      stopListening()
      clock.clearTimeout(timer)
      if (isLive) block.close()
    },
  }
}
