/**
 * A named effect that a machine asks for and does not perform. Here it does nothing, so that a machine
 * steps fully on its own; the runtime fills it in with `provide()`.
 */
export function seam(): void {}
