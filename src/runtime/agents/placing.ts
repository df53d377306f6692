import type { Allowance } from '../../agents/allowance.ts'
import {
  type Considering,
  lackOf,
  nobodyFor,
  type NobodyFor,
  placeWith,
  type Reserve,
  type Want,
  wantFor,
} from '../../agents/consider.ts'
import type { Registry } from '../../agents/registry.ts'
import type { Sessions } from '../../agents/sessions.ts'
import { Shortlists } from '../../agents/shortlists.ts'
import type { RefusedAgent } from '../../events/facts.ts'
import type { AgentNeed } from '../../graph/plan.ts'
import type { LiveTask } from '../run/live-task.ts'
import type { ReadAgents } from './agent-options.ts'
import { AgentResource, type Asking } from './agent-resource.ts'
import { type AskedTask, askedOf, awaitAttempt, type FailedClaim, refuse } from './place-task.ts'
import { claimRefusal, mayWait, refusalFor } from './refusal.ts'

interface Books extends Pick<Asking, 'waited' | 'left'> {
  readonly registry: Registry
  readonly allowance: Allowance
  readonly sessions: Sessions
  readonly now: () => number
}

/** Finds an agent for each task, and has those wait that nobody can have. */
export class Placing {
  readonly resource: AgentResource
  readonly #options: ReadAgents
  readonly #considering: Considering
  readonly #now: () => number

  constructor({ registry, allowance, sessions, now, waited, left }: Books, options: ReadAgents) {
    const check: Considering['check'] = (agentId, model) => allowance.check(agentId, model, now())
    const shortlists = new Shortlists(registry, check)
    this.#considering = { registry, sessions, shortlists, router: options.router, check }
    this.#options = options
    this.#now = now
    this.resource = new AgentResource({
      waitsFor: (need) => this.#waitsFor(need),
      isSomebodyFor: (need) => lackOf(this.#considering, need) === undefined,
      waited,
      left,
    })
  }

  find(asked: AskedTask, reserve: Reserve): { readonly agentId: string } | NobodyFor {
    return placeWith(this.#considering, asked, reserve)
  }

  refuse(live: LiveTask, found: NobodyFor): void {
    const refused = refusalFor(found, live.context.dispatchAttempts, this.#options, this.#now())
    refuse(live, refused, this.resource, this.#wantOf)
  }

  refuseClaim(live: LiveTask, failed: FailedClaim): void {
    const refused = claimRefusal(failed, live.context.dispatchAttempts, this.#options, this.#now())
    refuse(live, refused, this.resource, this.#wantOf)
  }

  /** Goes on after a restart, in which somebody may have come. */
  awaitAgain(live: LiveTask): void {
    awaitAttempt(live, this.resource, this.#wantOf)
    this.resource.changed()
  }

  /** Why no agent can have a task with this need now. */
  considered(need: AgentNeed): readonly RefusedAgent[] {
    return nobodyFor(this.#considering, need, []).considered
  }

  /** Something about this agent has changed. */
  changed(agentId: string): void {
    this.#considering.shortlists.changed(agentId)
    this.resource.changed()
  }

  /** Anything may have changed: who is there, what they can do, which day it is. */
  allChanged(): void {
    this.#considering.shortlists.forget()
    this.resource.changed()
  }

  readonly #wantOf = (live: LiveTask): Want | undefined => wantFor(this.#considering, askedOf(live))

  /** Why tasks with that need have to wait for agents to change. Undefined where they do not. */
  #waitsFor(need: AgentNeed): Want | undefined {
    const want = lackOf(this.#considering, need)
    return want !== undefined && mayWait(want, this.#options) ? want : undefined
  }
}
