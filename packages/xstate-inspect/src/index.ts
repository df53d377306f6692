export { bridge } from './bridge.ts'
export type {
  Bridge,
  BridgedActor,
  BridgedRun,
  BridgedRuntime,
  BridgeOptions,
  ShownValue,
  ViewerServer,
} from './options.ts'
