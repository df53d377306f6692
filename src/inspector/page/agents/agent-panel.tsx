import type { ComponentChildren } from 'preact'
import { withNoun } from '../../../text/with-noun.ts'
import { showMs } from '../../../time/show-ms.ts'
import { agents, history, selectAgent } from '../state/shown.ts'
import { ChartPane } from '../statechart/chart-pane.tsx'
import { Attempts } from '../task/attempts.tsx'
import { Few } from '../task/few.tsx'
import { Rows } from '../task/options.tsx'
import { Section } from '../task/section.tsx'
import { sinceStart } from '../task/since-start.ts'
import { PanelHead } from '../task/task-panel.tsx'
import { agentFactInWords } from './agent-fact-in-words.ts'
import { agentLook } from './agent-look.ts'
import { agentInstant, agentNow, attemptsOf, jobsOf } from './agents-state.ts'
import { loadInWords } from './agents-view.tsx'
import { JobLinks } from './job-links.tsx'
import { Meter } from './meter.tsx'

/** All that is known of an agent, at the instant that is looked at. */
export function AgentPanel({ id }: { readonly id: string }): ComponentChildren {
  const agent = agentNow(id)
  const {
    status,
    load,
    maxLoad,
    tokens,
    jobs,
    byModel,
    capabilities,
    ttlMs,
    allowance = {},
    lastHeartbeatAt,
  } = agent
  const at = agentInstant.value
  const now = jobsOf(id)
  const attempts = attemptsOf(id)
  const facts = (agents().facts.get(id) ?? []).filter((fact) => fact.at <= at)
  const look = agentLook(id)
  const isKnown = status !== 'unknown'
  const { concurrentJobs, longestJob, modelTokens = {}, models, onOverrun } = allowance
  const line = [
    ...(isKnown ? [status, `load ${loadInWords(load, maxLoad)}`] : []),
    `${withNoun(attempts.length, 'attempt')} in this run`,
    ...(lastHeartbeatAt === undefined ? [] : [`heard ${showMs(Math.max(0, at - lastHeartbeatAt))} ago`]),
  ]
  return (
    <div class="panel is-open">
      <PanelHead title={id} status={isKnown ? status : undefined} close={() => selectAgent(undefined)} />
      <p class="panel-line">{line.join(' · ')}</p>
      {now.length > 0 && (
        <Section title="Does now" count={now.length}>
          <JobLinks jobs={now} />
        </Section>
      )}
      {isKnown && (
        <Section title="Limits">
          <Rows
            rows={[
              ['tokens today', <Meter used={tokens} most={allowance.dailyTokens} />],
              ...[...new Set([...Object.keys(modelTokens), ...Object.keys(byModel)])].map(
                (model) =>
                  [`of ${model}`, <Meter used={byModel[model] ?? 0} most={modelTokens[model]} />] as const,
              ),
              ['tries today', <Meter used={jobs} most={allowance.dailyJobs} />],
              ['at once', <Meter used={load} most={concurrentJobs || maxLoad} isPlain />],
              ...(longestJob === undefined
                ? []
                : [['an attempt', `at most ${showLong(longestJob)}`] as const]),
              ...(models === undefined ? [] : [['models', models.join(', ')] as const]),
              ['on overrun', onOverrun === 'kill' ? 'the attempt is ended' : 'a warning'],
              ['silent', ttlMs === undefined ? 'for any time' : `at most ${showMs(ttlMs)}`],
              ['can do', capabilities.join(', ') || 'nothing in particular'],
            ]}
          />
        </Section>
      )}
      {facts.length === 0 && <Attempts attempts={attempts} isOfAgent />}
      {facts.length > 0 && (
        <Section title="History" count={facts.length}>
          <ol class="story">
            <Few of={facts} most={12} isFromEnd others="earlier" within={(button) => <li>{button}</li>}>
              {(fact) => (
                <li key={fact.seq}>
                  <div class="plain">
                    <span class="story-at">{whenIn(fact.at, history.value.from)}</span>
                    <span class="said">{agentFactInWords(fact)}</span>
                  </div>
                </li>
              )}
            </Few>
          </ol>
        </Section>
      )}
      {look !== undefined && (
        <Section title="Statechart">
          <p class="soft">
            {look.event === undefined ? 'Read from facts.' : `By ${look.event}, as the actor is.`}
          </p>
          <ChartPane isStill look={look} root={look.root} />
        </Section>
      )}
    </div>
  )
}

/** Since the run began, or before. */
function whenIn(at: number, from: number): string {
  return at < from ? `−${showMs(from - at)}` : sinceStart(at - from)
}

function showLong(duration: number | string): string {
  return typeof duration === 'number' ? showMs(duration) : duration
}
