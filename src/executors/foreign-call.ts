/**
 * Calls functions of the user's. In the stack of whatever comes of it, the frame of that call is where dagmar's own
 * frames begin. Methods of an object, so that no bundler puts their one line in the place of the call.
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

/** The frames of these calls, as stacks show them here: in the source, in a bundle, in a minified bundle. */
let frames: readonly string[] | undefined

/** A stack without the frames of dagmar's that it ends with. */
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

/** The frame of what called the function that made the error. */
function caller({ stack }: Error): string | undefined {
  return stack?.split('\n')[2]
}
