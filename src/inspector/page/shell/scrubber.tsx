import type { ComponentChildren } from 'preact'
import { showMs } from '../../../time/show-ms.ts'
import { goesOn, history, instant, isFollowing, link, pin, pinnedSeq, told } from '../state/shown.ts'

/** The whole run as a line: any instant of it can be looked at. */
export function Scrubber(): ComponentChildren {
  void told.value
  const { from, lastSeq, facts } = history.value
  const seq = pinnedSeq.value ?? lastSeq
  // Between facts the time of a live run goes on, as everywhere on the page.
  const end = goesOn.value ? instant.value : (facts.at(-1)?.at ?? from)
  const at = isFollowing.value ? end : (facts[seq - 1]?.at ?? from)
  const span = Math.max(1, end - from)
  return (
    <div class="scrubber" role="group" aria-label="Time">
      <button
        type="button"
        class="follow"
        aria-pressed={isFollowing.value}
        title={isFollowing.value ? 'Hold this instant (space)' : 'Go to the latest and follow it (space)'}
        onClick={() => pin(isFollowing.value ? lastSeq : undefined)}
      >
        {link.value.state === 'live'
          ? isFollowing.value
            ? 'Live'
            : 'Go live'
          : isFollowing.value
            ? 'End'
            : 'Go to end'}
      </button>
      <button type="button" aria-label="One fact back" title="One fact back  [" onClick={() => pin(seq - 1)}>
        ‹
      </button>
      <button
        type="button"
        aria-label="One fact on"
        title="One fact on  ]"
        disabled={isFollowing.value}
        onClick={() => pin(seq + 1)}
      >
        ›
      </button>
      <input
        id="scrub"
        type="range"
        min={0}
        max={span}
        step="any"
        value={at - from}
        aria-label="Instant"
        aria-valuetext={`${showMs(at - from)} after the start, fact ${seq} of ${lastSeq}`}
        onInput={({ currentTarget }) => {
          const value = Number(currentTarget.value)
          pin(value >= span ? undefined : history.value.seqAt(from + value))
        }}
      />
      <output class="instant" for="scrub">
        <b>{showMs(at - from)}</b>
        <span>
          {' '}
          of {showMs(end - from)} · fact {seq.toLocaleString('en')} of {lastSeq.toLocaleString('en')}
        </span>
      </output>
    </div>
  )
}
