/** Does not end a line, is no option for a command, and arrives as it is. */
const pattern = /^(?!-)[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,200}$/u

export function isSessionId(value: unknown): value is string {
  return typeof value === 'string' && value.trim() === value && pattern.test(value)
}

export const whatSessionIdsAre = 'a line of 1 to 200 characters that does not begin with -'
