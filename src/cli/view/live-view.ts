import type { TaskId } from '../../../machines/outcome.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { Explanation } from '../../events/explanation.ts'
import type { Clock, TimerId } from '../../time/clock.ts'
import type { Paint } from '../screen/colours.ts'
import { LiveBlock } from '../screen/live-block.ts'
import type { Screen } from '../screen/screen.ts'
import { shownText } from '../../text/shown-text.ts'
import { lineOf, type Span } from '../screen/spans.ts'
import { type Controls, noControls, pressed, type Reached } from './controls.ts'
import type { Display, LiveKeys } from './display.ts'
import { factLines, type Weight } from './fact-line.ts'
import { frameOf, panelPage } from './frame.ts'
import { panelContent } from './panel.ts'
import type { RunProgress } from './run-progress.ts'
import { reachable } from './task-list.ts'

export interface LiveViewOptions {
  readonly screen: Screen
  readonly clock: Clock
  readonly progress: RunProgress
  readonly paint: Paint
  readonly why: (taskId: TaskId) => Explanation
  /** The lines to end with. */
  readonly summarise: (result: RunResult) => readonly string[]
  /** Which facts become lines above the block. */
  readonly weights: ReadonlySet<Weight>
  /** What happened to a task, in sentences. */
  readonly story: (taskId: TaskId) => readonly string[]
  /** How long the run probably goes on, in milliseconds. */
  readonly leftMs?: (now: number) => number | undefined
  /** True where somebody has keys. */
  readonly hasKeys: boolean
  /** True where the run goes on without this process, which may be detached from it. @default false */
  readonly mayDetach?: boolean
}

/** A live view, and what its keys do. */
export interface LiveView extends Omit<Display, 'keys'> {
  readonly keys: LiveKeys
}

/** At most twelve frames a second. More would cost the terminal work that nobody sees. */
const frameMs = 84

/** A block at the foot of the terminal that is painted again when something has changed, or a second has passed. */
export function liveView(options: LiveViewOptions): LiveView {
  const { screen, clock, progress, paint, why, weights, story, hasKeys, mayDetach = false } = options
  const block = new LiveBlock(screen)
  let lines: string[] = []
  let prompt: string | undefined
  let timer: TimerId
  /** When `timer` rings; Infinity while none is armed. */
  let ringsAt = Number.POSITIVE_INFINITY
  let paintedAt = Number.NEGATIVE_INFINITY
  let isClosed = false
  let controls: Controls = noControls

  const frame = (now: number): string[] => {
    const { columns, rows } = screen
    const leftMs = options.leftMs?.(now)
    return frameOf(progress, {
      columns,
      rows,
      now,
      paint,
      why,
      prompt,
      story,
      mayDetach,
      ...(hasKeys ? { controls } : {}),
      ...(leftMs === undefined ? {} : { leftMs }),
    })
  }
  const paintNow = (): void => {
    disarm()
    const now = clock.now()
    paintedAt = now
    // A terminal that takes nothing, as after Ctrl-S, would be shown every old frame afterwards.
    if (!screen.isBehind || lines.length > 0) block.paint(frame(now), lines)
    lines = []
    // The next full second of the run, because times advance without facts.
    const begun = progress.startedAt === 0 ? now : progress.startedAt
    arm(now + 1_000 - ((now - begun) % 1_000))
  }
  const arm = (at: number): void => {
    if (at >= ringsAt) return
    disarm()
    ringsAt = at
    timer = clock.setTimeout(paintNow, Math.max(0, at - clock.now()))
  }
  const disarm = (): void => {
    if (ringsAt === Number.POSITIVE_INFINITY) return
    clock.clearTimeout(timer)
    ringsAt = Number.POSITIVE_INFINITY
  }
  const changed = (): void => {
    if (!isClosed) arm(Math.max(clock.now(), paintedAt + frameMs))
  }
  const stopListening = screen.onResize(() => {
    if (!isClosed && paintedAt !== Number.NEGATIVE_INFINITY) paintNow()
  })
  const close = (last: readonly string[]): void => {
    if (isClosed) return
    isClosed = true
    disarm()
    stopListening()
    block.close([...lines, ...last])
  }

  const control = (next: Controls): void => {
    controls = next
    if (!isClosed) paintNow()
  }
  const reached = (): Reached => {
    const { panel } = controls
    const { columns, rows } = screen
    return {
      ids: reachable(progress).map(({ id }) => id),
      isOpen: (id) => progress.tasks.get(id)?.outcome === undefined,
      asks: (id) => (progress.tasks.get(id)?.questions.length ?? 0) > 0,
      pageRows: panelPage(rows),
      mayDetach,
      panelLines:
        panel === undefined
          ? 0
          : panelContent(panel, { progress, columns: columns - 2, why, story, mayDetach }).lines,
    }
  }

  return {
    keys: {
      press: (key) => {
        if (isClosed) return undefined
        const { controls: next, act } = pressed(controls, key, reached())
        if (next !== controls) control(next)
        return act
      },
      look: (taskId, of) => {
        const { panel } = controls
        const isOpen = panel?.of === of && panel.taskId === taskId
        control({ ...controls, panel: isOpen ? undefined : { of, taskId, top: undefined } })
      },
      closePanel: () => {
        if (controls.panel === undefined) return false
        control({ ...controls, panel: undefined })
        return true
      },
      get isConfirming() {
        return controls.killing !== undefined
      },
    },
    see: (fact) => {
      // Nobody need decide any more about a task that is settled.
      if (controls.killing !== undefined && progress.tasks.get(controls.killing)?.outcome !== undefined)
        controls = { ...controls, killing: undefined }
      // Output may be long, so it is not processed if it is not shown.
      if (fact.type !== 'task.output' || (weights.has('output') && fact.isPartial !== true)) {
        const name: Span[] = fact.taskId === undefined ? [] : [[`${shownText(fact.taskId)} `, 'strong']]
        for (const { weight, spans } of factLines(fact, progress)) {
          if (weights.has(weight)) lines.push(lineOf([...name, ...spans], paint))
        }
      }
      changed()
    },
    say: (sentence) => {
      lines.push(paint(shownText(sentence), 'strong'))
      if (!isClosed) paintNow()
    },
    print: (line) => {
      lines.push(lineOf([[line, 'own']], paint))
      changed()
    },
    ask: (text) => {
      prompt = text
      if (!isClosed) paintNow()
    },
    pause: () => {
      if (isClosed) return
      disarm()
      block.close(lines)
      lines = []
    },
    end: (result) => close(options.summarise(result)),
    close: () => close([]),
  }
}
