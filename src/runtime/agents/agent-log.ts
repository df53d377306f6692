import { Subject } from 'rxjs'
import type { AgentFact, NewAgentFact } from '../../events/agent-facts.ts'
import { IsolatedObservable } from '../../events/isolated.ts'
import type { Committer, Macrostep } from '../commit/macrostep.ts'

/** The facts about agents: they are told at the end of the step in which they came about. */
export class AgentLog implements Committer {
  isTouched = false
  readonly facts$ = new Subject<AgentFact>()
  readonly events$ = new IsolatedObservable<AgentFact>(this.facts$, () => undefined)
  #macrostep: Macrostep | undefined
  #seq = 0
  #gathering: AgentFact[] = []

  attach(macrostep: Macrostep): void {
    this.#macrostep = macrostep
  }

  tell(fact: NewAgentFact, at: number): void {
    this.#gathering.push(Object.freeze({ seq: ++this.#seq, at, ...fact }) as AgentFact)
    this.#macrostep?.touch(this)
  }

  commit(): void {
    const facts = this.#gathering
    this.#gathering = []
    for (const fact of facts) this.facts$.next(fact)
  }

  close(): void {
    this.facts$.complete()
  }
}
