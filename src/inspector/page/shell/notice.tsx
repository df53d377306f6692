import type { ComponentChildren } from 'preact'
import { RunList } from '../runs/run-list.tsx'
import { isListing, link, log, moment, runId, runs } from '../state/shown.ts'

/** What is shown where there is nothing to see yet, or a line above the page where something is amiss. */
export function Notice({ children }: { readonly children: ComponentChildren }): ComponentChildren {
  const shown = link.value
  if (isListing.value) {
    return (
      <>
        <Line />
        <RunList />
      </>
    )
  }
  const { fault } = log.value
  if (fault === 'headless') {
    return (
      <Whole
        title="The beginning of this run is gone"
        text="It told more facts than it holds before this page was open: createRuntime({ retainFacts }) says how many."
      />
    )
  }
  if (fault !== undefined) return <Whole title="This run cannot be shown" text={fault} />
  const hasRun = moment.value.structure.length > 0
  if (shown.state === 'refused' && !hasRun) return <Whole title={shown.message} text={shown.hint} />
  if (shown.state === 'loading' && !hasRun)
    return <Whole title="Loading" text="Asking the program for its runs." />
  if (!hasRun && runs.value.length === 0) {
    return (
      <Whole
        title="No run"
        text="A run shows here as soon as it begins. One that ended before the inspector came shows while the program holds its handle."
      />
    )
  }
  const waiting = runs.value.find((run) => run.runId === runId.value && run.status === 'dispatched')
  if (!hasRun && waiting?.job !== undefined) return <Whole title="It waits" text={waiting.job.message} />
  return (
    <>
      <Line />
      {children}
    </>
  )
}

function Whole({ title, text }: { readonly title: string; readonly text: string }): ComponentChildren {
  return (
    <div class="whole" role="status">
      <h2>{title}</h2>
      <p>{text}</p>
    </div>
  )
}

function Line(): ComponentChildren {
  const shown = link.value
  switch (shown.state) {
    case 'reconnecting':
      return (
        <p class="line" role="status">
          The program does not answer. What it told so far stays here; the page goes on by itself when it is
          back.
        </p>
      )
    case 'restarted':
      return (
        <p class="line" role="status">
          The program was started anew. This is what the one before told; open the address that the new one
          printed.
        </p>
      )
    case 'refused':
      return (
        <p class="line" role="status">
          {shown.message} {shown.hint}
        </p>
      )
    case 'loading':
    case 'live':
    case 'saved':
      return null
  }
}
