/** Neither ends a line nor is taken for an option by a command. */
const pattern = /^(?!-)[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u

export function isSessionId(value: unknown): value is string {
  return typeof value === 'string' && value.trim() === value && pattern.test(value)
}

export const whatSessionIdsAre = 'a line of 1 to 200 characters that does not begin with -'
