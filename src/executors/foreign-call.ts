/**
 * Calls functions of the user. In the stack of an error that they throw, the frame of that call is where dagmar's own
 * frames begin. They are methods of an object, so that no bundler inlines them.
 */
export const foreign = {
  call<Given, Returned>(work: (given: Given) => Returned, given: Given): Returned {
    return work(given)
  },

  invoke<Name extends PropertyKey, Args extends readonly unknown[], Returned>(
    target: Readonly<Record<Name, (...args: Args) => Returned>>,
    name: Name,
    ...args: Args
  ): Returned {
    return target[name](...args)
  },

  isThenable(value: unknown): value is PromiseLike<unknown> {
    const canHaveThen = typeof value === 'function' || (typeof value === 'object' && value !== null)
    return canHaveThen && 'then' in value && typeof value.then === 'function'
  },
}

/** The frames of these calls as stacks show them, whether in the source, in a bundle, or in a minified bundle. */
let frames: readonly string[] | undefined

/** A stack without dagmar's own frames at its end. */
export function withoutOwnFrames(stack: string): string {
  frames ??= ownFrames()
  const at = frames.map((frame) => stack.indexOf(frame)).filter((index) => index !== -1)
  return at.length === 0 ? stack : stack.slice(0, Math.min(...at))
}

function ownFrames(): readonly string[] {
  let ofGetter: string | undefined
  foreign.isThenable({
    // oxlint-disable-next-line unicorn/no-thenable
    get then() {
      ofGetter = caller(new Error('a look at the stack'))
      return undefined
    },
  })
  const ofCall = foreign.call(() => caller(new Error('a look at the stack')), undefined)
  const probe = { look: () => caller(new Error('a look at the stack')) }
  return [ofGetter, ofCall, foreign.invoke(probe, 'look')].flatMap((frame) =>
    frame === undefined ? [] : [`\n${frame}`],
  )
}

/** The frame of the caller of the function that made the error. */
function caller({ stack }: Error): string | undefined {
  return stack?.split('\n')[2]
}
