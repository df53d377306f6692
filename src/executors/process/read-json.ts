interface ReadJson {
  readonly value: object
  /** The first number that is another one in JavaScript. */
  readonly changed: string | undefined
}

/** Deeper values would end up in functions that call themselves. */
export const deepest = 1_000

/** A text that is a JSON object or array; `too deep` where it is nested more than 1,000 deep, else undefined. */
export function readJson(text: string): ReadJson | 'too deep' | undefined {
  if (text[0] !== '{' && text[0] !== '[') return undefined
  let value: object
  try {
    value = JSON.parse(text) as object
  } catch {
    return undefined
  }
  const { depth, odd } = surveyJson(text, (number) => !survives(number))
  return depth > deepest ? 'too deep' : { value, changed: odd }
}

interface JsonSurvey {
  /** Of lists and objects in each other; 0 for a plain value. */
  readonly depth: number
  /** The first number that was found odd. */
  readonly odd: string | undefined
}

/** Reads a JSON text once, without making anything of it. */
export function surveyJson(text: string, isOdd: (number: string) => boolean): JsonSurvey {
  let open = 0
  let depth = 0
  let odd: string | undefined
  for (let at = 0; at < text.length; ) {
    const sign = text[at]!
    if (sign === '"') at = endOfString(text, at)
    else if (sign === '-' || isDigit(sign)) {
      const end = endOfNumber(text, at)
      if (odd === undefined && isOdd(text.slice(at, end))) odd = text.slice(at, end)
      at = end
    } else {
      if (sign === '{' || sign === '[') depth = Math.max(depth, ++open)
      else if (sign === '}' || sign === ']') open--
      at++
    }
  }
  return { depth, odd }
}

/** The offset after the closing quote of the string that begins at `at`. */
export function endOfString(text: string, at: number): number {
  let end = at + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end + 1
}

function endOfNumber(text: string, at: number): number {
  let end = at
  while (end < text.length && isInNumber(text[end]!)) end++
  return end
}

function isInNumber(sign: string): boolean {
  return isDigit(sign) || sign === '.' || sign === '-' || sign === '+' || sign === 'e' || sign === 'E'
}

function isDigit(sign: string): boolean {
  return sign >= '0' && sign <= '9'
}

/** True for a number, as JSON spells it, that is the same when JavaScript has read it: 1.10 is, 0.1234567890123456789 is not. */
export function survives(number: string): boolean {
  const read = Number(number)
  const again = String(read)
  return again === number || (Number.isFinite(read) && decimalOf(again) === decimalOf(number))
}

/** One spelling for equal numbers: the digits without zeros at the ends, and the exponent of the last one. */
function decimalOf(number: string): string {
  const isNegative = number[0] === '-'
  const [mantissa = '', exponent = '0'] = number
    .slice(isNegative ? 1 : 0)
    .toLowerCase()
    .split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = whole + fraction
  let from = 0
  let to = digits.length
  while (from < to && digits[from] === '0') from++
  while (to > from && digits[to - 1] === '0') to--
  if (from === to) return '0'
  const last = Number(exponent) - fraction.length + (digits.length - to)
  return `${isNegative ? '-' : ''}${digits.slice(from, to)}e${last}`
}
