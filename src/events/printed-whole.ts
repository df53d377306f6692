const inspected = Symbol.for('nodejs.util.inspect.custom')

/** `console.log` would show only that the object has getters. So it shows what they give. */
export function printedWhole<Target extends object>(target: Target): Target {
  return Object.defineProperty(target, inspected, { value: spelledOut })
}

function spelledOut(this: object): object {
  return { ...this }
}
