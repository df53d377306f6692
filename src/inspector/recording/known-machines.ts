import type { AnyStateMachine } from 'xstate'
import { machineModel } from '../machine-model.ts'
import type { MachineModel } from '../protocol.ts'

const own: ReadonlySet<string> = new Set(['runtime', 'dag', 'task'])

/** The machines that a log has told of, and what they are called there. */
export class KnownMachines {
  /** By configuration: `provide` makes another machine of the same one. */
  readonly #byConfig = new WeakMap<object, string>()
  readonly #byShape = new Map<string, string>()
  readonly #names = new Set(own)
  readonly #tell: (model: MachineModel) => void

  constructor(tell: (model: MachineModel) => void) {
    this.#tell = tell
  }

  /** What the machine is called; tells of it if it is new. */
  nameOf(machine: AnyStateMachine): string {
    const known = this.#byConfig.get(machine.config)
    if (known !== undefined) return known
    const root = machineModel(machine)
    const shape = JSON.stringify(root)
    let name = this.#byShape.get(shape)
    if (name === undefined) {
      name = this.#free(root.id)
      this.#byShape.set(shape, name)
      this.#tell({ machine: name, root })
    }
    this.#byConfig.set(machine.config, name)
    return name
  }

  #free(id: string): string {
    let name = id
    for (let count = 2; this.#names.has(name); count++) name = `${id} ${count}`
    this.#names.add(name)
    return name
  }
}
