export {
  exportFacts,
  inspect,
  inspectFacts,
  type InspectOptions,
  type Inspector,
} from './inspect.ts'
export { readFacts, type SavedFacts } from './saved/read-facts.ts'
export type {
  ActorIntroduction,
  ActorName,
  ClientMessage,
  Command,
  Entry,
  JobEntry,
  LogId,
  MachineModel,
  ServerMessage,
  StateModel,
  TransitionModel,
} from './protocol.ts'
export type { AgentStatus } from '../../machines/agent.ts'
export type { AllowanceOptions, OnOverrun } from '../agents/limits.ts'
export type { AgentView } from '../agents/registry.ts'
export type { AgentFact, AgentJob, JobEnd } from '../events/agent-facts.ts'
export type { AgentUsage, ListedAgent } from '../runtime/agents/agents.ts'
export { protocolVersion } from './protocol.ts'
export { machineModel } from './machine-model.ts'
export { sanitiser, type Sanitise, type SanitiserOptions, type ShownPlace } from './sanitise.ts'
export {
  type ActorObserver,
  type ActorPlace,
  type ActorWatch,
  placeOf,
  type SentEvent,
  type TakenEvent,
  type TakenTransition,
  watchActors,
} from './recording/watch-actors.ts'
